"""Writes on line bookings and freight contracts, and reactions to what happened to orders."""
