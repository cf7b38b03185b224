"""Publish rules, charge by them, let off."""
