"""What holds at borders: when both sides are open, what a lane takes, when a delayed lorry is where."""
