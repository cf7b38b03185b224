"""Keep acts, and put the hub's units right by them."""
