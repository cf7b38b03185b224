"""Decisions about orders: states, quantities per state, what is frozen at placement."""
