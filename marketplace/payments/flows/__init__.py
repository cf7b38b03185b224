"""Acts of several transactions: what talks to a provider between them."""
