"""Decisions about freight contracts and ready dates."""
