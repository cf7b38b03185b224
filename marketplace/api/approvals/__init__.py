"""Approval inside a company over the API."""
