"""Carts, order groups, orders and their lines: what was agreed, between whom, and how far the goods are.

A *cart* belongs to a person in a company and copies nothing into an order but facts that are frozen there. An *order
group* is what one checkout placed; it holds one *order* per merchant, trade terms and currency: placed → confirmed →
in_fulfilment → delivered → completed, or rejected, cancelled. An *order line* keeps its quantity in *parts*, one per
state, that always sum to what was ordered; the line shows its least advanced part. An order is *secured* when its
deposit is paid (nothing due by bank: when the merchant confirms; by card: at once): then its stock is promised and
its bookings are confirmed. Orders know no lorries: distribution links lines to bookings.
"""
