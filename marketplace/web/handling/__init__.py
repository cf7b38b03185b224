"""Pages by which those at the hub and at the end of a line work a departure, online and offline."""
