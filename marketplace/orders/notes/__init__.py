"""Credit and debit notes: every amount let off or charged beside the contract has its numbered paper, once a cause."""
