"""What stands on each kind of paper, how its data is written down and hashed, and a document's states."""
