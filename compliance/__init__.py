"""Who may work, and covered by whom: small apps, one a matter."""
