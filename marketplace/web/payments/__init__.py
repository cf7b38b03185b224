"""Pages of money: one payment, what is to pay, what came, statements, the operator's ledger."""
