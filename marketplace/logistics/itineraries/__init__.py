"""Ways to get a load there: the earliest, the cheapest, and all that are neither later nor dearer than another.

Words: a *ride* takes a load on one departure from its hub to a place where that departure unloads; an *itinerary* is a
ride or a chain of rides with a *change* between two departures; orders take one change at most. Its *form* is road,
rail, sea or rail-sea, by the modes of the legs; its *carriage* is the least convenient one of them. A *spread* says by
how much earlier departures of the line came early or late. A *factor* is what a tonne emits on a kilometre by a mode,
well to wheel, as somebody published it or the operator put it.
"""
