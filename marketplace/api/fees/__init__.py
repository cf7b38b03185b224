"""Fees for lorries over the API."""
