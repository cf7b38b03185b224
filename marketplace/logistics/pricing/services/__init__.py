"""Write tariff versions, quotes and whole lorries."""
