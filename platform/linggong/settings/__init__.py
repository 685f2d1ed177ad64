"""Settings: `site` for the running processes, `owner` for the one that migrates, `test` for tests."""
