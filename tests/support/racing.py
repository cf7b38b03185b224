"""Let several do something at the same moment, each in a thread with a session of its own."""

import threading
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

from flask import Flask
from sqlalchemy.orm import Session

from marketplace.kernel.db import db, in_unit_of_work, unit_of_work
from marketplace.kernel.errors import DomainError


def at_once(app: Flask, acts: Sequence[Callable[[], Any]]) -> list[Any]:
    """Return what each act came to: what it returned, or the refusal it met; any other error is raised here."""
    db.session.remove()
    gate, ends = threading.Barrier(len(acts)), [None] * len(acts)
    broken: list[BaseException] = []

    def run(place: int, act: Callable[[], Any]) -> None:
        with app.app_context():
            gate.wait()
            try:
                ends[place] = act()
            except DomainError as refusal:
                ends[place] = refusal
            except BaseException as error:  # noqa: BLE001  told below, in the thread of the test
                broken.append(error)
            finally:
                db.session.remove()

    threads = [threading.Thread(target=run, args=each) for each in enumerate(acts)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if broken:
        raise broken[0]
    return ends


def units_at_once(app: Flask, *works: Callable[[Session], Any]) -> list[Any]:
    """Do each work in a unit of work of its own, all at the same moment; return what each came to."""
    return at_once(app, [partial(in_unit_of_work, work) for work in works])


def codes(ends: Sequence[Any]) -> list[Any]:
    """Return the codes of refusals in their places, and the other ends as they are."""
    return [end.code if isinstance(end, DomainError) else end for end in ends]


def before_the_end_of_the_other(app: Flask, first: Callable[[Session], Any], second: Callable[[Session], Any]) -> list:
    """Do the first work, and begin the second before the first is committed; return what became of both."""
    results = []

    def run() -> None:
        with app.app_context():
            try:
                results.append(in_unit_of_work(second))
            except DomainError as refusal:
                results.append(refusal)
            finally:
                db.session.remove()

    thread = threading.Thread(target=run)
    with unit_of_work() as session:
        results.append(first(session))
        thread.start()
        thread.join(0.5)
        assert thread.is_alive(), "the second waits for the first"
    thread.join()
    assert len(results) == 2
    return results
