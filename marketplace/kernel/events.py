"""News that travels upward: a feature records what happened, ``reactions`` says who cares.

Handlers run inside the same unit of work, before its commit, in the order of the one table.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

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


def record(session: HasInfo, event: Event) -> None:
    """Note an event; its handlers run before this unit of work commits."""
    session.info.setdefault(_KEY, []).append(event)


def dispatch(session: HasInfo, table: Table) -> None:
    """Run the handlers of every recorded event, those that handlers record included."""
    for _ in range(_LONGEST_CHAIN):
        pending: list[Event] = session.info.get(_KEY, [])
        if not pending:
            return
        event = pending.pop(0)
        for handler in table.get(type(event), ()):
            handler(session, event)
    msg = "events keep causing events"
    raise RuntimeError(msg)


def waiting(session: HasInfo) -> int:
    """Return how many recorded events wait for their handlers."""
    return len(session.info.get(_KEY, ()))


def forget(session: HasInfo, *, beyond: int = 0) -> None:
    """Drop what was recorded and then rolled back: all events, or those beyond the first so many."""
    del session.info.get(_KEY, [])[beyond:]
