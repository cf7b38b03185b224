"""Figures as they happened and as they were closed."""
