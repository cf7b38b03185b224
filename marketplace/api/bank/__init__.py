"""Bank statements and the house's money over the API."""
