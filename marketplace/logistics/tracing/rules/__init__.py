"""Decisions about the vocabulary, estimates, signatures, links and hooks of tracking."""
