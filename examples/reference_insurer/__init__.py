"""A small insurer of its own: the other side of docs/partners.md, with switches to fail on demand."""
