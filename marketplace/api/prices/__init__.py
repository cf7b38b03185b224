"""Prices for some buyers alone, over the API."""
