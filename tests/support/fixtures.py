"""What journeys and services share: the market of tests, who works for its operator, and calls of the API."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from marketplace.accounts.rules.permissions import Role
from marketplace.kernel import clock
from marketplace.kernel.db import reading, unit_of_work
from marketplace.reports import queries as reports
from tests import factories
from tests.support.lorries import SIDES
from tests.support.ways import Way, caller


@pytest.fixture
def market(app: Flask, request: pytest.FixtureRequest) -> Iterator[factories.Market]:
    """The market of tests.

    A module with ``OVER_BORDER`` has both sides of a border on the road to Hanoi; with ``CHECKED`` every invariant is
    asked for at the end.
    """
    over = SIDES if getattr(request.module, "OVER_BORDER", False) else None
    yield factories.open_market(app, over=over)
    if getattr(request.module, "CHECKED", False):
        clock.set_offset(0)
        reading().rollback()
        assert reports.check(reading()) == []


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
    return _staff(app, Role.OPERATIONS)


@pytest.fixture
def treasury(app: Flask, market: factories.Market) -> factories.Trader:
    """Who pays out."""
    return _staff(app, Role.TREASURY)


@pytest.fixture
def treasurer(app: Flask, operator: factories.Trader) -> factories.Trader:
    """A colleague of who runs departures, who pays out."""
    with unit_of_work() as session:
        return factories.colleague(session, app, operator, role=Role.TREASURY, now=clock.now())


@pytest.fixture
def judge(app: Flask, market: factories.Market) -> factories.Trader:
    """Who decides about goods."""
    return _staff(app, Role.MODERATOR)


@pytest.fixture
def way(call: Callable[..., Any], market: factories.Market, operator: factories.Trader) -> Way:
    """An order that its merchant has confirmed."""
    return Way(call, market, operator)


def _staff(app: Flask, role: Role) -> factories.Trader:
    with unit_of_work() as session:
        return factories.staff(session, app, role=role, now=clock.now())
