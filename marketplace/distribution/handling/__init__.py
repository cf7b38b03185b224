"""What acts of those who handle cargo change: lines, lorries, receipts."""
