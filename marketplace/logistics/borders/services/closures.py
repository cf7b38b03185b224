"""Closures of borders: entered, proposed from public holidays, confirmed, dropped, withdrawn."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Final, NoReturn
from uuid import UUID
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlalchemy.orm import Session

from marketplace.kernel.actor import Actor
from marketplace.kernel.db import insert_if_new
from marketplace.kernel.errors import Conflict, NotFound
from marketplace.kernel.ids import new_id
from marketplace.logistics.borders.models import BorderClosure
from marketplace.logistics.borders.rules.closing import (
    CLOSURE,
    ClosureReason,
    ClosureState,
    check_closure,
    feasts,
    span,
)
from marketplace.logistics.borders.services.estimating import reestimate
from marketplace.logistics.borders.services.telling import check_side, crossing_of, tell
from marketplace.reference import queries as reference
from marketplace.reference.rules import public_holidays

# How far ahead feasts are looked up: further, governments have not announced them.
AHEAD: Final = timedelta(days=180)


def enter(
    session: Session,
    *,
    actor: Actor,
    crossing_id: UUID,
    place_code: str | None,
    starts_at: datetime,
    ends_at: datetime,
    reason: ClosureReason,
    source: str,
    now: datetime,
) -> UUID:
    """Close a side of a crossing for a time, or all of it, and expect the departures it delays later.

    Conflict ``closure_taken`` for one that is there already; which departures are late reads ``queries.delays``.
    """
    crossing = crossing_of(session, crossing_id)
    if place_code is not None:
        check_side(crossing, place_code)
    check_closure(starts_at, ends_at, now=now)
    facts = {"place_code": place_code, "starts_at": starts_at, "ends_at": ends_at, "reason": reason}
    same = _same(session, crossing_id, facts)
    if same is not None:
        if same.state is ClosureState.CONFIRMED:
            _taken()
        same.state, same.source = CLOSURE.apply(same.state, "confirm"), source
        session.flush()
    closure_id = new_id() if same is None else same.id
    rest = {"id": closure_id, "crossing_id": crossing_id, "source": source, "state": ClosureState.CONFIRMED}
    if same is None and not insert_if_new(session, BorderClosure, **facts, **rest):
        _taken()
    tell(session, "border.closed", "border_closure", closure_id, actor=actor, now=now, reason=str(reason))
    reestimate(session, closure_id=closure_id, now=now)
    return closure_id


def propose(session: Session, *, actor: Actor, crossing_id: UUID, now: datetime) -> int:
    """Propose to close each side of a crossing on its country's coming public holidays; return how many are new.

    What was dropped before is not proposed again. Nothing is closed until somebody confirms it.
    """
    crossing = crossing_of(session, crossing_id)
    sides = (crossing.one_side, crossing.other_side)
    made = 0
    for place in reference.places_by_code(session, sides).values():
        today = now.astimezone(ZoneInfo(place.zone)).date()
        for feast in feasts(public_holidays(place.country, today, today + AHEAD)):
            starts_at, ends_at = span(feast.first, feast.last, place.zone)
            made += insert_if_new(
                session,
                BorderClosure,
                id=new_id(),
                crossing_id=crossing_id,
                place_code=place.code,
                starts_at=starts_at,
                ends_at=ends_at,
                reason=ClosureReason.HOLIDAY,
                source=f"holidays: {feast.name}"[:200],
                state=ClosureState.PROPOSED,
            )
    tell(session, "border.closures_proposed", "border_crossing", crossing_id, actor=actor, now=now, made=made)
    return made


def confirm(session: Session, *, actor: Actor, closure_id: UUID, now: datetime) -> None:
    """Let a proposed closure count, and expect the departures it delays later."""
    _act(session, actor, closure_id, "confirm", now)
    reestimate(session, closure_id=closure_id, now=now)


def drop(session: Session, *, actor: Actor, closure_id: UUID, now: datetime) -> None:
    """Let a proposed closure be: the border is open then."""
    _act(session, actor, closure_id, "drop", now)


def withdraw(session: Session, *, actor: Actor, closure_id: UUID, now: datetime) -> None:
    """Take a closure back, and expect the departures it delayed as they were planned, or as others delay them."""
    _act(session, actor, closure_id, "withdraw", now)
    reestimate(session, closure_id=closure_id, now=now)


def _act(session: Session, actor: Actor, closure_id: UUID, action: str, now: datetime) -> None:
    row = session.get(BorderClosure, closure_id, with_for_update=True, populate_existing=True)
    if row is None:
        raise NotFound("border_closure")
    row.state = CLOSURE.apply(row.state, action)
    session.flush()
    tell(session, f"border.closure_{action}", "border_closure", closure_id, actor=actor, now=now)


def _same(session: Session, crossing_id: UUID, facts: Mapping[str, Any]) -> BorderClosure | None:
    """Return the closure of the same side, span and reason, unless it was withdrawn; a proposal or dropped one too."""
    wanted = sa.select(BorderClosure).where(
        BorderClosure.crossing_id == crossing_id,
        BorderClosure.state != ClosureState.WITHDRAWN,
        *(getattr(BorderClosure, name).is_not_distinct_from(value) for name, value in facts.items()),
    )
    return session.scalars(wanted.with_for_update().limit(1)).one_or_none()


def _taken() -> NoReturn:
    raise Conflict("closure_taken")
