"""Writes of samples."""
