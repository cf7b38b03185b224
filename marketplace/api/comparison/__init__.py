"""Goods side by side over the API."""
