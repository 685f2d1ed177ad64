"""Figures: `make bench ONLY=name` prints a JSON line a figure."""
