"""Pages of samples."""
