"""Order lines that change lorry at a hub: one consignment, two departures, two carriers.

A *ride* is such a line's second half. The first booking is the line's own, as that of every line; the second is an
ordinary booking whose subject is the ride. Both are held, made good, moved and given up together. A ride is *lost*
while the first lorry stands and no second one takes the goods on: somebody chooses one then.
"""
