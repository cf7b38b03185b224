"""What held lorries cost and who bears it, over the API."""
