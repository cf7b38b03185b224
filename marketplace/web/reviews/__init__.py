"""Pages on which companies review what they received, and merchants reply."""
