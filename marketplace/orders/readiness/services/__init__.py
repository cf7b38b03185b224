"""Writes about days on which goods are ready."""
