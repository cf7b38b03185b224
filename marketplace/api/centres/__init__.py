"""Distribution centres over the API."""
