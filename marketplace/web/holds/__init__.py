"""Pages of what held lorries cost and who bears it."""
