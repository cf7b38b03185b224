"""Search for people at a browser."""
