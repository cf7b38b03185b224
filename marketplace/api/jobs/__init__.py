"""Jobs and papers that need an admin, over the API."""
