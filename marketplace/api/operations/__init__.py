"""Goods on their way over the API: packing, hand-over, departures, receipts."""
