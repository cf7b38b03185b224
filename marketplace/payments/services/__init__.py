"""Writes: open a plan, let it fall due, take money in, release, cancel, post."""
