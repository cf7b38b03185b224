"""Writes: categories and commodities, listings, changes, pictures, stock."""
