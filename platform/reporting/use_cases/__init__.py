"""What may be done about figures, one verb a file."""
