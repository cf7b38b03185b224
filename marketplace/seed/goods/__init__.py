"""What the demo city trades: tables of goods by theme, each line an article in several variants with its packing."""
