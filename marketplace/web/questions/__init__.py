"""Pages on which companies ask about goods and answer."""
