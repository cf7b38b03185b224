"""Decisions about ways to get a load there; pure."""
