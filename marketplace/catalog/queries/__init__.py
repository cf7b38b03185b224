"""Offers as rows: for carts, for the public's shelves and pages, for their merchants and their reviewers."""
