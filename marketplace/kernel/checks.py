"""What ``city check`` reports: one broken promise about one thing."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from operator import itemgetter
from typing import Any, Final
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from marketplace.kernel.db import ask

_Question = sa.Select[*tuple[Any, ...]] | sa.TextualSelect


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
    """Promises that are asked about together: one question, written once."""

    def __init__(self, invariant: str, *promises: Promise) -> None:
        """Keep them in the order in which they are reported."""
        self._invariant: Final = invariant
        self._promises: Final = promises
        self._written: Final = dict[str, _Question]()

    def breaches(self, session: Session) -> list[Breach]:
        """Return every promise that does not hold."""
        dialect = session.get_bind().dialect
        if dialect.name not in self._written:
            self._written[dialect.name] = self._question(dialect)
        found = [(int(row.promise), row.id) for row in ask(session, self._written[dialect.name])]
        return [self._breach(self._promises[place], broken) for place, broken in sorted(found, key=itemgetter(0))]

    def _breach(self, promise: Promise, subject_id: UUID) -> Breach:
        return Breach(promise.invariant or self._invariant, promise.subject, subject_id, promise.what)

    def _question(self, dialect: sa.Dialect) -> _Question:
        """Ask for the place of each promise that is broken, and the id of what breaks it.

        As text: there is nothing to fill in, and to find so long a statement among those that were compiled, and put
        its states into it, takes SQLAlchemy several times as long as the database takes to answer.
        """
        asked = (
            sa.select(sa.literal_column(str(place), sa.Integer).label("promise"), one.broken_by().subquery().c[0])
            for place, one in enumerate(self._promises)
        )
        found = sa.union_all(*asked).subquery()
        question = sa.select(found.c[0].label("promise"), found.c[1].label("id"))
        compiled = dialect.statement_compiler(dialect, question, compile_kwargs={"literal_binds": True})
        if compiled.positiontup:  # SQLAlchemy writes no value beside SQLite's IS NOT
            return question
        return sa.text(str(compiled).replace(":", r"\:")).columns(promise=sa.Integer, id=found.c[1].type)


class Portions:
    """A question about all rows of a table, asked for a portion at a time in the order of its first column, an id.

    One statement each that PostgreSQL keeps prepared; a cursor there takes four for any table, also an empty one.
    """

    def __init__(self, question: sa.Select[*tuple[Any, ...]], *, size: int) -> None:
        """Write the question once, for the rows behind an id."""
        key = question.selected_columns[0]
        self._size: Final = size
        self._question: Final = question.where(key > sa.bindparam("after", type_=key.type)).order_by(key).limit(size)

    def __call__(self, session: Session) -> Iterator[Sequence[sa.Row[Any]]]:
        """Yield the rows, at most as many at once as was said."""
        after = UUID(int=0)
        while found := ask(session, self._question, {"after": after}).all():
            yield found
            if len(found) < self._size:
                return
            after = found[-1][0]
