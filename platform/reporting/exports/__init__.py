"""Figures as files: made by a worker, kept with their state."""
