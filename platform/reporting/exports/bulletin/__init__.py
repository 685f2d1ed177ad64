"""The bulletin of the month as PDF."""
