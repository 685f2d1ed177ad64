"""What the county and an insurer owe each other: lists, three-way reconciliation, settlement, loss ratio."""
