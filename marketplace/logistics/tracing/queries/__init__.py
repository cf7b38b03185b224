"""Read what stands about lorries, who may report it, and who is told."""
