"""What the operator's finance people look after, over the API."""
