"""A merchant's workbook brought in: previewed row by row, then written as listings, bad rows given back with reasons.

An *import* goes queued → reading → previewed → committing → done, or failed, or cancelled; a *dry run* stops at its
preview until somebody commits it. Each *row* keeps its cells and its *outcome*: create, update, unchanged or error.
Rows are written in batches, each with the import's *cursor* in one transaction, so a run that was cut off goes on.
"""
