"""Samples over the API."""
