"""What deserves a look, found by rules over the figures."""
