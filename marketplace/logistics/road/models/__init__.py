"""Tables of lorries on the road."""
