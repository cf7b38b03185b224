"""Departures over the API."""
