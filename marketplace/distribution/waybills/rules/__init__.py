"""What papers consignments need, and marks on wood."""
