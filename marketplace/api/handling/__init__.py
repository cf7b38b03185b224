"""Acts of those who handle cargo over the API."""
