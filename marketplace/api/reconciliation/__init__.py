"""The operator's board of money that does not add up yet, over the API."""
