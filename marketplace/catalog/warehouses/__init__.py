"""Where a merchant's goods lie: its warehouses in their order of preference, and the units of a listing in each.

A *place* is what lies of one listing in one warehouse. A listing without places keeps one figure, its ``stock``; where
it has places, they sum to that figure. The row of ``stock`` alone is what is sold from: places follow it when units
leave or come, or when the merchant says how many lie where.
"""
