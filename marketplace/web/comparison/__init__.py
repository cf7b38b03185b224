"""The page on which goods stand side by side."""
