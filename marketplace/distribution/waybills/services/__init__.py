"""State what papers say, issue them, and keep a lorry from being sealed without them."""
