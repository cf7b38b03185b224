"""Read what is known of lorries on the road."""
