"""What looks across features: the check of every invariant, desks, statements, one person's data."""
