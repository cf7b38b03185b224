"""Pages of prices for some buyers alone."""
