"""Change hours, closures, rules of lanes and the figures of legs."""
