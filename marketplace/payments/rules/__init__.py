"""The pure part: terms and shares, the lifecycle of a payment, the books of the ledger."""
