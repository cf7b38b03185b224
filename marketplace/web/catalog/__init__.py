"""Shelves and product pages for everybody, desks for merchants."""
