"""What time brings to the exchange, each in a transaction of its own."""
