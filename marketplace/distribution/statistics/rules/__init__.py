"""Months, figures, and what of them may be told; no framework is known here."""
