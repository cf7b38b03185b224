"""What boards and pictures read."""
