"""The page of jobs and papers that need an admin."""
