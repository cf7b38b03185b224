"""Lines of scheduled lorries, their departures, the room on them and who has claimed it, from hold to receipt.

Words: a *line* runs from a hub over border crossings by *legs*; a *service pattern* says on which weekday; a
*departure* is one lorry on one day, with cut-offs, *stops*, and room in four dimensions. A *booking* claims room for a
*subject* (an order line, known here by its id alone); it is a *target* while no room is taken yet. Booking: target,
held, confirmed, cargo_received, loaded, in_transit, arrived, completed; expired, rejected, declined, cancelled, rolled.
Departure: planned, open, closed, loading, sealed, departed, at_border, cleared, arrived, stripped, settled; held,
cancelled. A *consignment* is the cargo of one booking under one house waybill, in *handling units*.
"""
