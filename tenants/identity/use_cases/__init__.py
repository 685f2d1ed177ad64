"""What may be done with identities, one verb a file. All run on the identity login, outside any county."""
