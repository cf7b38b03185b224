"""Tables of terms, milestones, payments, transfers, cards and the ledger."""
