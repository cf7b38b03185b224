"""What companies say to each other and to the city, and what they show on site; no order is known here.

An answered *question* and a *review* belong to a listing; a *review right* is granted by an event when goods were
received. An *exhibit* stands on a *booth* of the showroom; whoever opens it by its label leaves a *lead*.
"""
