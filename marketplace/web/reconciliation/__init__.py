"""Pages of the operator's board of money that does not add up yet."""
