"""Departures, their room, what is booked on them and rides with them, and ways to send a load."""
