"""The city measured beside a bare shop."""
