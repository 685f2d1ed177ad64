"""The government's money for basic cover: programs with a budget drawn in slices, and the reserve."""
