"""Pure rules of cost sheets: what is planned, how freight is shared, what a margin is, when an invoice matches."""
