"""Kill a process at a named point: before and after each commit of a unit of work and each call of the provider.

The points are not in the product: a process of the test sets them up for itself, says each one it comes to, and is
killed with SIGKILL at the one it was told. What it is doing is told apart by where in the city the commit belongs.
"""

import os
import re
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from sqlalchemy import event
from sqlalchemy.orm import Session

from marketplace.app import create_app
from marketplace.config import Settings
from marketplace.stripe_double.double import Double
from tests.support.processes import FORKED
from tests.support.server import ROOT

Work = Callable[..., None]
_AN_ID = re.compile(r"[a-z]+_[A-Za-z0-9]{14,}")
_PATIENCE = 600  # seconds, on a machine that others use as well


def points_of(settings: Settings, work: Work, folder: Path, *args: Any) -> list[str]:
    """Let a process do the work to its end, and return the points that it came to."""
    log = folder / "points"
    log.unlink(missing_ok=True)
    process = FORKED.Process(target=_run, args=(settings, work, log, None, args))
    process.start()
    process.join(_PATIENCE)
    assert process.exitcode == 0, process.exitcode
    return log.read_text().splitlines()


def kill_at(settings: Settings, work: Work, folder: Path, number: int, *args: Any) -> str:
    """Let a process do the work, and kill it at its point of this number; return which that was."""
    log = folder / "points"
    log.unlink(missing_ok=True)
    process = FORKED.Process(target=_run, args=(settings, work, log, number, args))
    process.start()
    process.join(_PATIENCE)
    assert process.exitcode == -signal.SIGKILL, process.exitcode
    reached = log.read_text().splitlines()
    assert len(reached) == number + 1
    return reached[-1]


def _run(settings: Settings, work: Work, log: Path, number: int | None, args: tuple[Any, ...]) -> None:
    app = create_app(settings)
    with app.app_context():
        _set_up(app.extensions["city.double"], log, number)
        work(app, *args)


def _set_up(double: Double, log: Path, number: int | None) -> None:
    count = 0

    def come_to(name: str) -> None:
        nonlocal count
        with log.open("a") as written:
            written.write(f"{name}\n")
        if count == number:
            os.kill(os.getpid(), signal.SIGKILL)
        count += 1

    def before(session: Session) -> None:
        if session.info.get("city_write") and not session.in_nested_transaction():
            session.info["test.where"] = where = _where()
            come_to(f"before the commit of {where}")

    def after(session: Session) -> None:
        if where := session.info.pop("test.where", None):
            come_to(f"after the commit of {where}")

    event.listen(Session, "before_commit", before)
    event.listen(Session, "after_commit", after)
    answer = double.answer

    def told(method: str, path: str, headers: Any, **options: Any) -> Any:
        if method != "POST":
            return answer(method, path, headers, **options)
        name = "/".join("*" if _AN_ID.fullmatch(part) else part for part in path.split("/"))
        come_to(f"before POST {name}")
        try:
            return answer(method, path, headers, **options)
        finally:
            come_to(f"after POST {name}")

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


__all__ = ["kill_at", "points_of"]
