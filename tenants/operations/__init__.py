"""Counties opened, suspended, renamed and succeeded, by an owner's process."""
