"""What is read of ways to get a load there."""
