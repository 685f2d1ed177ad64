"""What cover costs: products of insurers, their versioned rate tables, quotes that replay to the fen."""
