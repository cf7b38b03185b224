"""Acts on changes of orders."""
