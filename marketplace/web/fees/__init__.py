"""Fees for lorries: the rules for everybody, one's own fees, the operator's desk."""
