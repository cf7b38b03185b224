"""Apply acts."""
