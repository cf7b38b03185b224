"""Who bears what, and how it is shared."""
