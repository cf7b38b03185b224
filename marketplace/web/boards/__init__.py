"""Pages of boards and pictures of the corridor."""
