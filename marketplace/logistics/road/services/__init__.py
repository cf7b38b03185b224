"""Act on lorries on the road."""
