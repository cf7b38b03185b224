"""Applications to sell, merchants and the accounts they are paid into, over the API."""
