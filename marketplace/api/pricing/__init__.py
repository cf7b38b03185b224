"""Tariff versions and freight quotes over the API."""
