"""Decisions about lorries on the road."""
