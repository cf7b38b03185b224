"""Acceptance of goods and claims over the API."""
