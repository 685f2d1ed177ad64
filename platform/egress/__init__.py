"""Calls to addresses that others chose: checked, pinned, bounded. Knows no domain."""
