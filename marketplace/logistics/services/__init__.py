"""Writes about the network, room on departures, freight, the journey and cargo."""
