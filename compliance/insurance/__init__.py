"""Accident cover for a person and an order: dated rate tables, quotes, and each policy's life."""
