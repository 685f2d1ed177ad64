"""Workers and employers of a county: who they are, by real name, and which logins act for them."""
