"""Read centres, lots, proofs, transfers and counts."""
