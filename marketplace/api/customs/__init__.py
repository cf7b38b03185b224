"""What countries ask of goods, over the API."""
