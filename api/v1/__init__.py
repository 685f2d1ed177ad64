"""Version 1 of the county API, one file a noun."""
