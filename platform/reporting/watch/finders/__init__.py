"""One file a rule: `find(looking)` says what is so now, and which standing alerts are no longer so."""
