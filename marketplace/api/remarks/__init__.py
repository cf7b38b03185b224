"""Questions and other remarks about goods over the API."""
