"""Pages of the corridor's figures."""
