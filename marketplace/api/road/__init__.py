"""Lorries on the road over the API."""
