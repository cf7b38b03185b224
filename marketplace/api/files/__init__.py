"""Files over the API: hand one in, get one back."""
