"""Decisions about offers: states, prices, packing, drafts, changes, stock."""
