"""A city with terms in force, an empty postbox and a clock that can be moved."""

from collections.abc import Callable, Iterator

import pytest
from flask import Flask

from marketplace.accounts.services.terms import publish_shipped
from marketplace.kernel import clock
from marketplace.kernel.db import unit_of_work
from tests.support.visitors import Town


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
