"""A company's money as one picture over the API."""
