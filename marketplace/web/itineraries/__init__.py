"""Pages of ways to get a load there."""
