"""Boards and pictures of the corridor over the API."""
