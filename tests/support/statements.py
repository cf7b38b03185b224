"""What the database is asked."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import sqlalchemy as sa

from marketplace.kernel.db import db


@contextmanager
def statements() -> Iterator[list[str]]:
    """Collect the statements that are sent meanwhile, but for ``BEGIN``."""
    sent: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        if not statement.startswith("BEGIN"):
            sent.append(statement)

    engine = db.engine
    sa.event.listen(engine, "before_cursor_execute", note)
    try:
        yield sent
    finally:
        sa.event.remove(engine, "before_cursor_execute", note)


def statements_of(work: Callable[[], object]) -> int:
    """Return how many statements a work sends."""
    with statements() as sent:
        work()
    return len(sent)
