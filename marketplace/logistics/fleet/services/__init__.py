"""Keep vehicles, drivers and papers, assign crews, chain rotations."""
