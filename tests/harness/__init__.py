"""What the tests stand on: real servers, a template database, one clone of it for each worker."""
