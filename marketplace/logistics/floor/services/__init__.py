"""Writes of floor plans: asked for, kept or failed, changed by hand; and what kinds of lorries and units are like."""
