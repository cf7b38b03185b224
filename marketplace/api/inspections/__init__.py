"""Inspections before shipment over the API."""
