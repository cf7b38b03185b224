"""Pages of cargo insurance."""
