"""Tracking over the API: events, reports, links, keys, addresses and posts."""
