"""A city with terms in force, an empty postbox and a clock that can be moved."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from marketplace.accounts.rules.permissions import Role
from marketplace.accounts.services.terms import publish_shipped
from marketplace.kernel import clock
from marketplace.kernel.db import unit_of_work
from tests import factories
from tests.support.visitors import Town
from tests.support.ways import Way, caller


@pytest.fixture
def town(app: Flask) -> Town:
    """A city that newcomers can register in."""
    with unit_of_work() as session:
        publish_shipped(session, now=clock.now())
    town = Town(app)
    for path in town.folder.folder.glob("*.eml"):
        path.unlink()
    return town


@pytest.fixture
def later() -> Iterator[Callable[[int], None]]:
    """Moves the clock by so many seconds from the present; it is right again after the test."""
    yield clock.set_offset
    clock.set_offset(0)


@pytest.fixture
def call(client: FlaskClient) -> Callable[..., Any]:
    """Calls the API for a trader; every POST brings a key of its own."""
    return caller(client)


@pytest.fixture
def operator(app: Flask, market: factories.Market) -> factories.Trader:
    """Who runs departures."""
    with unit_of_work() as session:
        return factories.staff(session, app, role=Role.OPERATIONS, now=clock.now())


@pytest.fixture
def way(call: Callable[..., Any], market: factories.Market, operator: factories.Trader) -> Way:
    """An order that its merchant has confirmed."""
    return Way(call, market, operator)
