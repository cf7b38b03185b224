"""Pages of what holds in this city."""
