"""What is decided about prices for some buyers alone."""
