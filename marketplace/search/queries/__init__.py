"""Reads of search: what a listing is indexed by, what waits to be indexed, and what fits a query."""
