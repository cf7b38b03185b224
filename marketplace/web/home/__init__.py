"""The front page, the legal texts, and what machines ask about the city's health."""
