"""Questions about prices for some buyers alone."""
