"""Saved lists over the API."""
