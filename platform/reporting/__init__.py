"""The city's figures: facts of every county folded into rollups, and reports read from those alone."""
