"""Whole lorries that a company hired: one price, shared over its goods, and shared anew when some of them leave.

A *round* says by which price, why and when it was shared; a *share* is what one booking pays of it. The last round
counts. What it changes is billed by a freight contract above the one before, or credited like any freight that fell.
"""
