"""Read terms of tariffs, and freight quotes."""
