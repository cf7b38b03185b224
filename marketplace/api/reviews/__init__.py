"""Reviews of received goods over the API."""
