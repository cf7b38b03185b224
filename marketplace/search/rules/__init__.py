"""How text becomes tokens, and what the index is given and gives back."""
