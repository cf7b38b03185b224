"""What carriage costs beyond a price for a kg: breaks, surcharges, whole lorries, shares that fall, and quotes.

Words: a tariff version has *terms*: *weight breaks*, *surcharges* (fuel, border, transhipment, DC handling, last mile),
the price of a *whole lorry* with what its waiting costs, and *fill steps*: what is left of a share of a shared lorry
once it is so full. A *freight quote* keeps a version for a load on a departure until it expires.
"""
