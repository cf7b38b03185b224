"""The operator's command line, ``city``."""
