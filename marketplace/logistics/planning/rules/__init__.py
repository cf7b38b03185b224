"""Pure rules of planning: instances, segregation, filling, checking, reasons."""
