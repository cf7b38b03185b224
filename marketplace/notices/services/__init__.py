"""Hear what happened; write to those who have to do with it."""
