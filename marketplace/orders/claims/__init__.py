"""Claims of buyers as their parties read them: negotiating → escalated → decided, settled or withdrawn."""
