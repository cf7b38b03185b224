"""The weeks before the demo city is opened: orders, lorries, money and claims, in the order in which they happened."""
