"""Read fleets, crews, rotations and cut-offs."""
