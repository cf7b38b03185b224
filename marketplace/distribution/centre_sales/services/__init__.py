"""Sell goods that lie in distribution centres: promise, declare, hand over, deliver."""
