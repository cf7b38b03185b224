"""Carts and checkouts over the API."""
