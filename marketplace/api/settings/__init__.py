"""What holds in this city, over the API."""
