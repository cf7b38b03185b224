"""All figures there are: months as they were closed, and the open ones as they stand now."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from marketplace.distribution.statistics.queries import closed
from marketplace.distribution.statistics.queries.closed import NOTHING, CloseRow
from marketplace.distribution.statistics.queries.happened import first_month, happened
from marketplace.distribution.statistics.rules.cells import Figures
from marketplace.distribution.statistics.rules.months import Month, month_of, months
from marketplace.distribution.statistics.rules.tables import recorded
from marketplace.logistics.models.network import Line


@dataclass(frozen=True, slots=True)
class Standing:
    """The closes; what they wrote by the month of the close, and the corrections in that; and open months' figures.

    ``next_month`` is the one that can be closed next, None where none is over.
    """

    closes: tuple[CloseRow, ...]
    closed: Figures
    corrections: Figures
    running: Figures
    next_month: Month | None

    @property
    def whole(self) -> Figures:
        """Closed and open months together."""
        return self.closed + self.running

    def is_complete(self, year: int) -> bool:
        """Tell whether every month of a year is closed, as far as lorries ran in it."""
        return bool(self.closes) and self.closes[-1].month >= f"{year:04}-12"


@dataclass(frozen=True, slots=True)
class LineName:
    """A line of the road by its code and its names."""

    id: UUID
    code: str
    name: str
    names: Mapping[str, str]

    def called(self, locale: str) -> str:
        """Return the name in this language, the English one where there is none."""
        return self.names.get(locale, self.name)


def lines(session: Session) -> dict[str, LineName]:
    """Return every line by its id as text, which is its key in tables."""
    rows = session.execute(sa.select(Line.id, Line.code, Line.name, Line.names).order_by(Line.code))
    return {str(row.id): LineName(*row) for row in rows}


def standing(session: Session, *, now: datetime) -> Standing:
    """Return the figures; what was closed is read once by each process and not again until the next close."""
    known = closed.closes(session)
    whole, corrections = _closed(session, known)
    first = closed.last_closed(session) if known else first_month(session)
    begun = first.next if first and known else first
    open_ = tuple(months(begun, month_of(now))) if begun else ()
    running, _rates = happened(session, wanted=open_)
    return Standing(known, whole, corrections, running, open_[0] if open_ and open_[0].is_over(now) else None)


_CLOSED: Final[dict[str, tuple[Figures, Figures]]] = {}


def _closed(session: Session, known: tuple[CloseRow, ...]) -> tuple[Figures, Figures]:
    if not known:
        return NOTHING, NOTHING
    # The last hash covers everything before it, so the figures that it names never change.
    last = known[-1]
    if last.sha256 not in _CLOSED:
        written: Mapping[str, Figures] = closed.written(session, until=last.month)
        _CLOSED.clear()
        _CLOSED[last.sha256] = recorded(written)
    return _CLOSED[last.sha256]
