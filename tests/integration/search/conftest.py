"""A market whose offers are indexed by the jobs."""

import shutil

import pytest

from marketplace.kernel import clock
from marketplace.kernel.db import reading
from marketplace.search.queries import found
from marketplace.search.queries.found import Wish
from marketplace.worker import runner
from tests import factories


@pytest.fixture
def index(app):
    """The city's index, empty."""
    index = app.extensions["city.search"]
    shutil.rmtree(index.folder, ignore_errors=True)
    return index


@pytest.fixture
def market(app, index):
    """The market, found by search."""
    market = factories.open_market(app)
    runner.run_due(app)
    return market


@pytest.fixture
def find(index):
    """Ask as a page does."""

    def ask(q="", **wish):
        reading().rollback()
        return found.find(reading(), index=index, wish=Wish(q, **wish), now=clock.now())

    return ask


@pytest.fixture
def ids(find):
    """The listings that fit, in order."""

    def ask(q="", **wish):
        return [row.card.listing_id for row in find(q, **wish).page.items]

    return ask
