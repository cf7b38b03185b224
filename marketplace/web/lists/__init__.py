"""Pages of saved lists."""
