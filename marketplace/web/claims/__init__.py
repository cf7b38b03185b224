"""Pages of claims, and the acts on delivered goods."""
