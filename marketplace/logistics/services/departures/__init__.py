"""The journey of a departure, act by act, from closing its bookings to settling it.

Every act locks the departure, takes one drawn transition, moves what is booked on it along and tells upward.
"""
