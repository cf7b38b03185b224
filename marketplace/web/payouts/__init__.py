"""Pages of payouts and of what is owed back."""
