"""Rules of floor plans: what is packed, how loose lots count, what a plan must hold, what the axles bear."""
