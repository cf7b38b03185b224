"""Pages of inspections before shipment."""
