"""A market with a moderator, and many who do the same at once."""

import threading
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask

from marketplace.accounts.rules.permissions import Role
from marketplace.kernel import clock
from marketplace.kernel.db import db, in_unit_of_work, unit_of_work
from marketplace.kernel.errors import DomainError
from tests import factories


@pytest.fixture
def moderator(app, market):
    with unit_of_work() as session:
        return factories.staff(session, app, role=Role.MODERATOR, now=clock.now()).actor


@pytest.fixture
def at_once(app: Flask) -> Callable[..., list[Any]]:
    """Does work for each of several at the same time; returns what each came to, a refusal as its code."""

    def run(work: Callable[..., Any], *each: Any) -> list[Any]:
        db.session.remove()
        barrier, results, faults = threading.Barrier(len(each)), [], []

        def act(one: Any) -> None:
            with app.app_context():
                barrier.wait()
                try:
                    done: Any = in_unit_of_work(lambda session: work(session, one))
                except DomainError as refusal:
                    done = refusal.code
                except Exception as broken:  # noqa: BLE001  raised below, where somebody hears of it
                    faults.append(broken)
                    return
                finally:
                    db.session.remove()
                results.append(done)

        threads = [threading.Thread(target=act, args=(one,)) for one in each]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        if faults:
            raise faults[0]
        return results

    return run
