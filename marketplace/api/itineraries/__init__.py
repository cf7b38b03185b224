"""Ways to get a load there, over the API."""
