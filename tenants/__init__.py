"""Counties, who may do what in them, and the guard that keeps them apart."""
