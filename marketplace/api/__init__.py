"""The API under ``/api/v1``: bearer tokens only, JSON in and out, the same services and flows as the pages."""
