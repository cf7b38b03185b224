"""Who and what drives a departure: tractors, trailers and drivers with their papers, assigned leg by leg, in rotations.

Words: a *keeper* is the carrier whose account holds a vehicle or driver; it may have them from a *contractor*. A *crew*
is what drives a departure from one of its stops to another: a tractor, a trailer and one driver or more; at a border
the next crew may take over. A *paper* lets a vehicle or driver do something until a day. A *rotation* is the
departures that one vehicle runs one after the other, out and home.
"""
