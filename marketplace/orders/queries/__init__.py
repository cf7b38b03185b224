"""Carts, orders and lines as rows, and the promises they must keep."""
