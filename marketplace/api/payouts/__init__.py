"""Payouts and returns over the API."""
