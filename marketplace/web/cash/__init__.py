"""Pages of a company's money as one picture."""
