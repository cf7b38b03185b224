"""One page a week for whoever leads: what is owed, late, on the way, waiting and claimed."""
