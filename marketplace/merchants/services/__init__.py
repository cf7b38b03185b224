"""Apply to sell, decide about it, and name the accounts that are paid into."""
