"""Pages of bank statements and of the house's money."""
