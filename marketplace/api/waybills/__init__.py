"""The papers of consignments over the API."""
