"""Identities: one login for the whole city, roles a county."""
