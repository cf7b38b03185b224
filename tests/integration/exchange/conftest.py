"""A market with a moderator, and many who do the same at once."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from flask import Flask

from marketplace.accounts.rules.permissions import Role
from marketplace.exchange.services import showroom
from marketplace.kernel import clock
from marketplace.kernel.actor import Actor
from marketplace.kernel.db import unit_of_work
from tests import factories
from tests.support.racing import codes, units_at_once


@pytest.fixture
def moderator(app, market):
    with unit_of_work() as session:
        return factories.staff(session, app, role=Role.MODERATOR, now=clock.now()).actor


@pytest.fixture
def at_once(app: Flask) -> Callable[..., list[Any]]:
    """Does work for each of several at the same time; returns what each came to, a refusal as its code."""

    def run(work: Callable[..., Any], *each: Any) -> list[Any]:
        return codes(units_at_once(app, *[lambda session, one=one: work(session, one) for one in each]))

    return run


@pytest.fixture
def operator() -> Actor:
    return factories.moderator()


@pytest.fixture
def booth(market, operator):
    with unit_of_work() as session:
        hall = showroom.add_hall(session, actor=operator, code="A", names={"en": "Hall A"}, now=clock.now())
        return showroom.add_booth(
            session, actor=operator, hall_id=hall, code="A-1", area_m2=Decimal("36.5"), column=1, row=1, now=clock.now()
        )
