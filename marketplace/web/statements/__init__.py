"""Statements of account on pages."""
