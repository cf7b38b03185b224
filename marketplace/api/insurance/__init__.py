"""Cargo insurance over the API."""
