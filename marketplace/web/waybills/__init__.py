"""Pages of the papers of consignments."""
