"""A real worker and a real beat, killed, cut off and started again."""
