"""Asks a city that was written to for what it promises, but for the promises that read of nothing that was written.

A promise that reads the same rows is kept or broken as before: in the city as it was built all are kept. Which tables
each reads is heard from its own questions; one that asks none is asked every time.
"""

import re
from collections.abc import Callable, Collection
from typing import Any, Final

from sqlalchemy import event
from sqlalchemy.orm import Session

from marketplace.kernel.checks import Breach
from marketplace.kernel.db import Base, db, reading
from marketplace.reports import queries as reports

Check = Callable[[Session], list[Breach]]


class Promises:
    """The checks of ``city check``, each with the tables that it reads."""

    def __init__(self) -> None:
        """Ask for all of them in the city as it was built, and hear what each reads."""
        session = reading()
        self._readers: Final = tuple((check, self._heard(check, session)) for check in reports.CHECKS)
        session.rollback()

    def broken(self, session: Session, *, written: Collection[str]) -> list[Breach]:
        """Return the promises that do not hold after these tables were written to."""
        touched = frozenset(written)
        return [breach for check, reads in self._readers if not reads or reads & touched for breach in check(session)]

    def _heard(self, check: Check, session: Session) -> frozenset[str]:
        words: set[str] = set()

        def hear(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
            words.update(re.findall(r"\w+", statement))

        event.listen(db.engine, "before_cursor_execute", hear)
        try:
            broken = check(session)
        finally:
            event.remove(db.engine, "before_cursor_execute", hear)
        assert broken == [], broken
        return frozenset(words & Base.metadata.tables.keys())
