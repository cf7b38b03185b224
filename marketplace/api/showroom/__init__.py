"""The city on site, over the API."""
