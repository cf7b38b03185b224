"""Pages of vehicles, drivers, crews and rotations."""
