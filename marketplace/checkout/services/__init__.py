"""Writes of a checkout."""
