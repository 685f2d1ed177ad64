"""Signed messages to and from partners of a county: streams of events, endpoints, deliveries, keys."""
