"""The life of counties: opened, suspended, renamed, succeeded and closed; what needs the owner's rights is
written down as an operation and carried out by the owner's own process."""
