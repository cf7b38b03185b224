"""How the price of a whole lorry is shared, and how long it waited for its hirer."""
