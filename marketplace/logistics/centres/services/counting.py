"""Count what lies in a centre; a large difference waits for a second person."""

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from marketplace.accounts.rules.permissions import Permission
from marketplace.audit import services as audit
from marketplace.kernel.actor import Actor
from marketplace.kernel.errors import Conflict, NotFound
from marketplace.kernel.ids import new_id, new_reference
from marketplace.logistics.centres.models import CentreCount, CentreCountLine, CentreLot
from marketplace.logistics.centres.rules.counts import (
    COUNT,
    Counted,
    CountState,
    check_second,
    differences,
    needs_second,
)
from marketplace.logistics.centres.rules.lots import Move
from marketplace.logistics.centres.services.keeping import kept
from marketplace.logistics.centres.services.moving import move
from marketplace.reference import queries as reference
from marketplace.reference.rules import Setting


def open_sheet(session: Session, *, actor: Actor, centre_id: UUID, now: datetime) -> UUID:
    """Write down what the books say lies in a centre and return the sheet's id; Conflict ``count_empty``."""
    kept(session, actor=actor, centre_id=centre_id)
    found = session.execute(
        sa.select(CentreLot.id, CentreLot.on_hand).where(CentreLot.centre_id == centre_id, CentreLot.on_hand > 0)
    ).all()
    if not found:
        raise Conflict("count_empty", centre=centre_id)
    row = CentreCount(
        id=new_id(), reference=new_reference("CNT"), centre_id=centre_id, state=CountState.OPEN, opened_at=now
    )
    session.add(row)
    session.flush()
    session.add_all(CentreCountLine(count_id=row.id, lot_id=one.id, expected=one.on_hand) for one in found)
    session.flush()
    _audit(session, actor, "opened", row, now)
    return row.id


def enter(
    session: Session, *, actor: Actor, count_id: UUID, counted: Mapping[UUID, Counted], now: datetime
) -> CountState:
    """Enter what was found, by lot; lots without a figure stay. Small differences are booked at once.

    Where one is larger than the setting says, all of them wait for another person. Conflict ``lot_moved`` naming a lot
    that moved since the sheet was opened, ``lot_short`` for one below what is promised of it.
    """
    row = _locked(session, actor, count_id)
    lines = {line.lot_id: line for line in session.scalars(_lines(count_id))}
    expected = {lot_id: line.expected for lot_id, line in lines.items()}
    found = differences(expected, counted)
    percent = reference.setting(session, Setting.COUNT_SECOND_PERCENT, at=now)
    waits = needs_second(expected, found, percent=percent)
    state = COUNT.apply(row.state, "ask" if waits else "book")
    if row.state is not CountState.OPEN:
        raise Conflict("count_waits", count=count_id)
    for lot_id, one in counted.items():
        lines[lot_id].counted, lines[lot_id].reason = one.units, one.reason
    row.counted_by, row.state = actor.person_id, state
    if not waits:
        _book(session, actor, row, list(lines.values()), now)
    session.flush()
    _audit(session, actor, "entered", row, now)
    return row.state


def confirm(session: Session, *, actor: Actor, count_id: UUID, now: datetime) -> None:
    """Book the differences of a sheet that waits; Conflict ``same_person`` for who counted."""
    row = _locked(session, actor, count_id)
    state = COUNT.apply(row.state, "book")
    if row.state is not CountState.WAITING:
        raise Conflict("count_open", count=count_id)
    check_second(counted_by=row.counted_by, person_id=actor.person)
    row.state, row.confirmed_by = state, actor.person_id
    _book(session, actor, row, list(session.scalars(_lines(count_id))), now)
    _audit(session, actor, "confirmed", row, now)


def drop(session: Session, *, actor: Actor, count_id: UUID, now: datetime) -> None:
    """End a sheet without booking anything."""
    row = _locked(session, actor, count_id)
    row.state, row.ended_at = COUNT.apply(row.state, "drop"), now
    session.flush()
    _audit(session, actor, "dropped", row, now)


def _book(session: Session, actor: Actor, row: CentreCount, lines: list[CentreCountLine], now: datetime) -> None:
    differing = [line for line in lines if line.counted is not None and line.counted != line.expected]
    for line in sorted(differing, key=lambda one: one.lot_id):
        there = session.scalar(sa.select(CentreLot.on_hand).where(CentreLot.id == line.lot_id).with_for_update())
        if there != line.expected:
            raise Conflict("lot_moved", lot=line.lot_id)
        by = (line.counted or 0) - line.expected
        move(
            session,
            actor=actor,
            lot_id=line.lot_id,
            kind=Move.COUNTED,
            quantity=by,
            subject_id=row.id,
            reason=line.reason,
            now=now,
        )
    row.ended_at = now
    session.flush()


def _lines(count_id: UUID) -> sa.Select[CentreCountLine]:
    return sa.select(CentreCountLine).where(CentreCountLine.count_id == count_id)


def _locked(session: Session, actor: Actor, count_id: UUID) -> CentreCount:
    actor.must(Permission.PARTNER_CENTRE_KEEP)
    row = session.scalars(sa.select(CentreCount).where(CentreCount.id == count_id).with_for_update()).one_or_none()
    if row is None:
        raise NotFound("count")
    try:
        kept(session, actor=actor, centre_id=row.centre_id)
    except NotFound:
        raise NotFound("count") from None
    session.refresh(row)
    return row


def _audit(session: Session, actor: Actor, what: str, row: CentreCount, now: datetime) -> None:
    facts = {"centre": row.centre_id, "state": row.state}
    audit.record(session, actor=actor, action=f"count.{what}", subject="count", subject_id=row.id, facts=facts, now=now)
