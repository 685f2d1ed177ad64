"""The REST door: parses, authenticates, calls one use case, shapes its answer. No rule lives here."""
