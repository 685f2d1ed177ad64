"""A county's dated rules."""
