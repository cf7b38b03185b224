"""What many tests begin with is made once a minute and worker; the next gets the rows back as they were written."""

from collections.abc import Callable, Hashable
from datetime import datetime
from functools import cache
from typing import Any, Final, Protocol, TypeVar

import sqlalchemy as sa
from flask import Flask

from marketplace.kernel import clock
from marketplace.kernel.db import Base, db

Made = TypeVar("Made")
EXTENSION: Final = "tests.database"
_KEPT: Final = dict[Hashable, tuple[datetime, Any, Any]]()


class Keeper(Protocol):
    """A database of the tests."""

    url: str

    def keep(self) -> Any:
        """Return every row."""
        ...

    def refresh(self, kept: Any) -> None:
        """Put the rows that were kept in place of all others."""
        ...


def once(app: Flask, what: Hashable, make: Callable[[], Made]) -> Made:
    """Return what ``make`` writes into an empty database; what it says is the same object each time.

    Made anew with each minute of the city's clock, so that nothing that is due by the clock is older than in a test
    that makes its own.
    """
    keeper: Keeper | None = app.extensions.get(EXTENSION)
    if keeper is None or not _is_empty():
        return make()
    minute = clock.now().replace(second=0, microsecond=0)
    key = (keeper.url, what)
    if key in _KEPT and _KEPT[key][0] == minute:
        _, made, rows = _KEPT[key]
        keeper.refresh(rows)
        return made
    made = make()
    _KEPT[key] = (minute, made, keeper.keep())
    return made


def _is_empty() -> bool:
    """Tell whether no table has a row."""
    with db.engine.connect() as connection:
        return not connection.exec_driver_sql(_any_row(db.engine.url)).scalar()


@cache
def _any_row(_url: sa.URL) -> str:
    """Return the question whether some table has a row: of so many tables it is put together once."""
    rows = (sa.exists(sa.select(sa.literal_column("1")).select_from(table)) for table in Base.metadata.sorted_tables)
    return str(sa.select(sa.or_(*rows)).compile(db.engine))
