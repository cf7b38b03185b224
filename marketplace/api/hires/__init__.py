"""Whole lorries over the API."""
