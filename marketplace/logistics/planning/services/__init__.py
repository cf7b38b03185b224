"""Services of planning."""
