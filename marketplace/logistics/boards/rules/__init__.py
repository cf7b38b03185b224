"""What boards and pictures reckon."""
