"""Decisions about carts and checkouts."""
