"""Certificates that law asks for before somebody may do a trade, and an officer's approval of each."""
