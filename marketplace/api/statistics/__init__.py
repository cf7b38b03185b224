"""The corridor's figures over the API."""
