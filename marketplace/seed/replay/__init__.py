"""The published history of the corridor to January 2021, driven through the services by a made-up cast."""
