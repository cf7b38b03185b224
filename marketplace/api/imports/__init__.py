"""Workbooks brought in over the API."""
