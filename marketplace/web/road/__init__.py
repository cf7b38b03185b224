"""Pages of lorries on the road."""
