"""What may be done with people, one verb a file, inside an open county."""
