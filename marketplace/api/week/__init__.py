"""The page of a week over the API."""
