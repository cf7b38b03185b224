"""Keep centres, and move what lies in them."""
