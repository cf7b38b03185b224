"""The desk of the operator's finance people."""
