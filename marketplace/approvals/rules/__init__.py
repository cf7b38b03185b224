"""Decisions about approval: pure."""
