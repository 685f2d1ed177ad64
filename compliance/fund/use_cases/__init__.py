"""What may be done with the fund, inside an open county; each file's function has its name."""
