"""Read published rules, and fees with what they were reckoned by."""
