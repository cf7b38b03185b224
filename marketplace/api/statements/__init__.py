"""Statements of account over the API."""
