"""Writes on carts, orders and their lines."""
