"""Let several do something at the same moment, each in a thread with a session of its own."""

import threading
from collections.abc import Callable, Sequence
from typing import Any

from flask import Flask

from marketplace.kernel.db import db
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
