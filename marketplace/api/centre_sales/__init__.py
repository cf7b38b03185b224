"""Goods that were sold from distribution centres, over the API."""
