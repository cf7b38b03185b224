"""Workbooks brought in by page: upload, preview, progress, bad rows."""
