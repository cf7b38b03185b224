"""Goods that change lorry, over the API."""
