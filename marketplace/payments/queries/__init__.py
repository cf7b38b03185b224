"""Rows of payments, transfers, statements, the ledger and its proofs."""
