"""Tables of the network, of departures with the room on them, and of cargo under way."""
