"""Documents for people at a browser."""
