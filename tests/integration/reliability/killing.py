"""Kill a process at a named point: before and after each commit of a unit of work and each call of the provider.

The points are not in the product: a process of the test sets them up for itself, says each one it comes to, and is
killed with SIGKILL at the one it was told. What it is doing is told apart by where in the city the commit belongs.
"""

import os
import re
import signal
import sys
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from flask import Flask
from sqlalchemy import event
from sqlalchemy.orm import Session

from marketplace.app import create_app
from marketplace.config import Settings
from marketplace.kernel.db import db
from marketplace.stripe_double.double import Double
from tests.support.processes import FORKED
from tests.support.server import ROOT

Work = Callable[..., None]
_AN_ID = re.compile(r"[a-z]+_[A-Za-z0-9]{14,}")
_PATIENCE = 600  # seconds, on a machine that others use as well


class Killing:
    """Processes that do one work, each a copy of one that has made the application and done the work before."""

    def __init__(self, channel: Connection, log: Path) -> None:
        """Ask over a channel; read the points that were come to in a log."""
        self._channel, self._log = channel, log

    def points_of(self, *args: Any) -> list[str]:
        """Let the first process do the work to its end, and return the points that it came to."""
        assert self._do(None, args) == 0
        return self._log.read_text().splitlines()

    def kill_at(self, number: int, *args: Any) -> str:
        """Let a process do the work, and kill it at its point of this number; return which that was."""
        ended = self._do(number, args)
        assert ended == -signal.SIGKILL, (ended, number, self._log.read_text())
        reached = self._log.read_text().splitlines()
        assert len(reached) == number + 1
        return reached[-1]

    def _do(self, number: int | None, args: tuple[Any, ...]) -> int:
        self._log.unlink(missing_ok=True)
        self._channel.send((number, args))
        assert self._channel.poll(_PATIENCE)
        return self._channel.recv()


@contextmanager
def killing(settings: Settings, work: Work, folder: Path) -> Iterator[Killing]:
    """Yield what kills processes at this work."""
    ours, theirs = FORKED.Pipe()
    log = folder / "points"
    process = FORKED.Process(target=_copies, args=(settings, work, log, theirs))
    process.start()
    theirs.close()
    try:
        yield Killing(ours, log)
    finally:
        ours.close()
        process.join(_PATIENCE)
    assert process.exitcode == 0, process.exitcode


def _copies(settings: Settings, work: Work, log: Path, channel: Connection) -> None:
    """Do the work when asked for all points; when asked for one, let a copy of this process do it and be killed."""
    app = create_app(settings)
    points = _Points(log)
    with app.app_context():
        points.set_up(app.extensions["city.double"])
    while True:
        try:
            number, args = channel.recv()
        except EOFError:
            return
        if number is None:
            _work(app, work, args, points)
            channel.send(0)
            continue
        if not (child := os.fork()):
            points.deadly = number
            try:
                _work(app, work, args, points)
            except BaseException:  # noqa: BLE001  what broke it is told, and the test hears that it was not killed
                traceback.print_exc()
            os._exit(1)
        channel.send(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))


def _work(app: Flask, work: Work, args: tuple[Any, ...], points: "_Points") -> None:
    """Do the work, and leave no connection that a copy of this process would share."""
    points.count = 0
    with app.app_context():
        try:
            work(app, *args)
        finally:
            db.session.remove()
            db.engine.dispose()


class _Points:
    def __init__(self, log: Path) -> None:
        self.log = log
        self.count = 0
        self.deadly: int | None = None

    def come_to(self, name: str) -> None:
        with self.log.open("a") as written:
            written.write(f"{name}\n")
        if self.count == self.deadly:
            os.kill(os.getpid(), signal.SIGKILL)
        self.count += 1

    def set_up(self, double: Double) -> None:
        def before(session: Session) -> None:
            if session.info.get("city_write") and not session.in_nested_transaction():
                session.info["test.where"] = where = _where()
                self.come_to(f"before the commit of {where}")

        def after(session: Session) -> None:
            if where := session.info.pop("test.where", None):
                self.come_to(f"after the commit of {where}")

        event.listen(Session, "before_commit", before)
        event.listen(Session, "after_commit", after)
        answer = double.answer

        def told(method: str, path: str, headers: Any, **options: Any) -> Any:
            if method != "POST":
                return answer(method, path, headers, **options)
            name = "/".join("*" if _AN_ID.fullmatch(part) else part for part in path.split("/"))
            self.come_to(f"before POST {name}")
            try:
                return answer(method, path, headers, **options)
            finally:
                self.come_to(f"after POST {name}")

        double.answer = told  # type: ignore[method-assign]


def _where() -> str:
    """Return the function of the city whose unit of work this is, the kernel's own left out."""
    frame = sys._getframe(2)
    while frame is not None:
        path = Path(frame.f_code.co_filename)
        if path.is_relative_to(ROOT / "marketplace") and "kernel" not in path.parts:
            name = path.relative_to(ROOT / "marketplace").with_suffix("")
            return f"{'.'.join(name.parts)}.{frame.f_code.co_name}"
        frame = frame.f_back
    return "?"


__all__ = ["Killing", "killing"]
