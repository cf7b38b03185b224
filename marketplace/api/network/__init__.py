"""Lines, borders and figures of legs over the API."""
