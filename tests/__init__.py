"""The tests of the city: unit, integration, functional, browser, structure."""
