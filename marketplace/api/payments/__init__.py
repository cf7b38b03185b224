"""Payments, transfers, statements and the ledger over the API."""
