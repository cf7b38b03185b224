"""What may drive where until when, and what it drives empty."""
