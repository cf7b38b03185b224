"""What is charged, to whom, from when, and how much."""
