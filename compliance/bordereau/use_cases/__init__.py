"""What may be done with lists and settlements, inside an open county."""
