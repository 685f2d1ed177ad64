"""What may be done with certificates, one verb a file, inside an open county."""
