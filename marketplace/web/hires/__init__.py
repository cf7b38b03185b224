"""Whole lorries: those of one's company, and the operator's desk."""
