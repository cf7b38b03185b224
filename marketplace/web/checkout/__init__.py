"""Pages of carts and checkouts."""
