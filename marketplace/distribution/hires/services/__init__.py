"""Hire whole lorries, share their price anew, bill and credit what that changes."""
