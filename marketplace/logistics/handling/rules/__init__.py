"""Kinds of acts, and what several of them come to."""
