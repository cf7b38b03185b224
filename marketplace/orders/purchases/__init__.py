"""The purchase behind an order that the operator's trading company sells: a contract of its own with the merchant.

One order row goes its way; what the trading company buys for it stands beside it. The buyer sees the sale alone, the
merchant the purchase alone.
"""
