"""Pages of distribution centres and what lies in them."""
