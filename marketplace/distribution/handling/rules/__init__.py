"""When a difference at the hub costs more."""
