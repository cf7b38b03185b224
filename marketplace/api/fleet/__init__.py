"""Fleets, crews and rotations over the API."""
