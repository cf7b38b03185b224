"""News that travels upward: a feature records what happened, ``reactions`` says who cares.

Handlers run inside the same unit of work, before its commit, in the order of the one table.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import takewhile
from typing import Any, Final, Protocol

_KEY = "city.events"
# A chain longer than this is two reactions calling each other.
_LONGEST_CHAIN = 10_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """A fact that happened at an instant; subclasses add ids only, never personal data."""

    at: datetime


class HasInfo(Protocol):
    """What events need of a database session: a place to put things."""

    @property
    def info(self) -> Any:
        """The session's own dictionary; SQLAlchemy types it by a descriptor that no protocol matches."""
        ...


Handler = Callable[[Any, Any], None]
Table = Mapping[type[Event], Sequence[Handler]]
_TOGETHER: Final = "takes_events_together"


def together(handler: Callable[[Any, Any], None]) -> Handler:
    """Mark a handler that takes the events of one kind that follow each other as one list.

    A price list of a merchant is thousands of events of a kind; a handler that asks the database once for all of them
    is marked so, and gets a list also where there is only one.
    """
    setattr(handler, _TOGETHER, True)
    return handler


def record(session: HasInfo, event: Event) -> None:
    """Note an event; its handlers run before this unit of work commits."""
    record_all(session, (event,))


def record_all(session: HasInfo, news: Iterable[Event]) -> None:
    """Note several events, in this order."""
    session.info.setdefault(_KEY, []).extend(news)


def dispatch(session: HasInfo, table: Table) -> None:
    """Run the handlers of every recorded event, those that handlers record included.

    Each handler in the order of the table gets the events of a kind that follow each other in the order in which they
    were recorded. Where a kind has handlers of both sorts, its events go one by one.
    """
    for _ in range(_LONGEST_CHAIN):
        pending: list[Event] = session.info.get(_KEY, [])
        if not pending:
            return
        kind = type(pending[0])
        handlers = table.get(kind, ())
        run = [pending[0]]
        if all(hasattr(handler, _TOGETHER) for handler in handlers):
            run = list(takewhile(lambda event, kind=kind: type(event) is kind, pending))
        del pending[: len(run)]
        for handler in handlers:
            handler(session, run if hasattr(handler, _TOGETHER) else run[0])
    msg = "events keep causing events"
    raise RuntimeError(msg)


def waiting(session: HasInfo) -> int:
    """Return how many recorded events wait for their handlers."""
    return len(session.info.get(_KEY, ()))


def forget(session: HasInfo, *, beyond: int = 0) -> None:
    """Drop what was recorded and then rolled back: all events, or those beyond the first so many."""
    del session.info.get(_KEY, [])[beyond:]
