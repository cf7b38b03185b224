"""What ``city check`` reports: one broken promise about one thing."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from operator import itemgetter
from typing import Final
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session


@dataclass(frozen=True, slots=True)
class Breach:
    """An invariant (number of design §5 and short name) that does not hold for one subject."""

    invariant: str
    subject: str
    subject_id: UUID | None
    what: str


@dataclass(frozen=True, slots=True)
class Promise:
    """A promise about one kind of thing, and how to write the question for the ids that break it.

    ``invariant`` is named where it is another than that of the promises beside it.
    """

    subject: str
    what: str
    broken_by: Callable[[], sa.Select[UUID]]
    invariant: str | None = None


class Promises:
    """Promises that are asked about together, in one question."""

    def __init__(self, invariant: str, *promises: Promise) -> None:
        """Take the promises in the order in which they are reported."""
        self._invariant: Final = invariant
        self._promises: Final = promises

    def breaches(self, session: Session) -> list[Breach]:
        """Return every promise that does not hold."""
        rows = session.execute(self._question).all()
        return [self._breach(self._promises[place], broken) for place, broken in sorted(rows, key=itemgetter(0))]

    def _breach(self, promise: Promise, subject_id: UUID) -> Breach:
        return Breach(promise.invariant or self._invariant, promise.subject, subject_id, promise.what)

    @cached_property
    def _question(self) -> sa.CompoundSelect[int, UUID]:
        """Ask for the place of each promise that is broken, and the id of what breaks it."""
        return sa.union_all(
            *(sa.select(sa.literal(place), one.broken_by().subquery().c[0]) for place, one in enumerate(self._promises))
        )
