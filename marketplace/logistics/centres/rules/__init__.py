"""What may happen to centres, lots, proofs, transfers and counts."""
