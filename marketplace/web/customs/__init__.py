"""What countries ask of goods, as customs people keep it."""
