"""Offer, take and void insurance; open, survey, decide and settle claims."""
