"""One order's whole life: quote, publish, grab, attend, confirm, settle; and every way it ends otherwise."""
