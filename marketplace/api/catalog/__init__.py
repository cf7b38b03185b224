"""Listings and their pictures over the API."""
