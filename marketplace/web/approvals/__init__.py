"""Pages of approval inside a company."""
