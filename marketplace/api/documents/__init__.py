"""Documents over the API: their facts, and their bytes once they are set."""
