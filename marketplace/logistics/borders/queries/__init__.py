"""Read borders and the figures of the network."""
