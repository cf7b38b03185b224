"""Do the same to many rows, each in a unit of work of its own: one that breaks keeps no other waiting."""

from collections.abc import Callable, Iterable, Sequence
from typing import Any
from uuid import UUID

import structlog
from prometheus_client import Counter
from sqlalchemy.orm import Session

from marketplace.kernel.db import in_unit_of_work, reading

BROKEN = Counter("city_rows_broken", "Rows that a periodic job could not deal with", ["act"])
_log = structlog.get_logger("city.each")


def each(ids: Iterable[UUID], work: Callable[[Session, UUID], Any], *, act: str) -> int:
    """Do the work for every id and return for how many it said yes; what breaks is told, and tried with the next run.

    Messages of exceptions may quote addresses and names, so only their class is told.
    """
    done = 0
    for row_id in ids:
        try:
            done += bool(in_unit_of_work(lambda session, row_id=row_id: work(session, row_id)))
        except Exception as error:  # noqa: BLE001  told and counted
            BROKEN.labels(act).inc()
            _log.warning("row_broke", act=act, row=str(row_id), error=type(error).__name__)
    return done


def each_waiting(find: Callable[[Session], Iterable[UUID]], work: Callable[[Session, UUID], Any], *, act: str) -> int:
    """Do the work for every id that a query finds now."""
    session = reading()
    session.rollback()  # what other transactions did since must be seen
    return each(find(session), work, act=act)


def each_found(
    find: Callable[[Session, UUID], Sequence[UUID]], work: Callable[[Session, UUID], Any], *, act: str
) -> int:
    """Do the work for every id of a long list, in portions: `find` returns the next after an id, in their order."""
    done, last = 0, UUID(int=0)
    while found := _portion(find, last):
        done += each(found, work, act=act)
        last = found[-1]
    return done


def _portion(find: Callable[[Session, UUID], Sequence[UUID]], last: UUID) -> Sequence[UUID]:
    session = reading()
    session.rollback()  # what other transactions did since must be seen
    found = find(session, last)
    session.rollback()
    return found
