"""The day on which goods made to order are ready: promised, confirmed, moved with a reason, and asked after.

*Promised* is the day that the lead time gives, counted from when the order was secured. The merchant *confirms* a day,
and with it room on a lorry is taken, or *moves* it. Fourteen, seven and three days before it he is *asked* whether it
stands: ask open → stands, moved, unanswered, over. A day that nobody confirmed is at risk, which both sides are told.
"""
