"""Announce goods to centres, sell them from there, and promise them to order lines."""
