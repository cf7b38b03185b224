"""A city for races inside one process: each act in a thread with a session of its own."""

import pytest

from tests import factories
from tests.integration.reliability.crowd import City

ROOMY = factories.Load(grams=10**9, cm3=10**9, ldm_mm=10**9, pallets=10**9)


@pytest.fixture
def founding(app):
    """Found a market with room for everybody and three buyers, not served: its threads call the application itself."""
    return lambda: City(app, factories.open_market(app, capacity=ROOMY), None, factories.more_buyers(app, 3))


@pytest.fixture
def town(founding):
    """One such market."""
    return founding()
