"""Read plans and their rows, with what each departure carries by them."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from marketplace.kernel.errors import NotFound
from marketplace.kernel.money import Money
from marketplace.kernel.pages import Page, decode_moment, page_of
from marketplace.kernel.quantity import Load
from marketplace.logistics.models.departures import Booking
from marketplace.logistics.models.network import Line
from marketplace.logistics.planning.models import BookingPin, LoadPlan, LoadPlanRow
from marketplace.logistics.planning.queries.natures import natures_of
from marketplace.logistics.planning.rules.checking import gap_permyriad
from marketplace.logistics.planning.rules.obstacles import Why
from marketplace.logistics.planning.rules.segregation import Nature
from marketplace.logistics.planning.rules.states import PlanState

PAGE = 24


@dataclass(frozen=True, slots=True)
class PlanHead:
    """A run: what was planned, by what, and what it proved."""

    id: UUID
    version: int
    hub_code: str
    line_id: UUID | None
    line_code: str | None
    until: datetime
    state: PlanState
    input_sha256: str
    solver: str
    solver_version: str
    objective: Money
    bound: Money
    milliseconds: int
    rounds: int
    killed: bool
    made_at: datetime
    edited_at: datetime | None
    applied_at: datetime | None

    @property
    def gap_permyriad(self) -> int:
        """How far it may be from the best, in hundredths of a percent."""
        return gap_permyriad(self.objective.minor, self.bound.minor)


@dataclass(frozen=True, slots=True)
class PlannedRow:
    """Where a booking rides by a plan, or why it stays behind."""

    booking_id: UUID
    reference: str
    subject: UUID
    to_place: str
    load: Load
    before_id: UUID
    departure_id: UUID | None
    value: Money
    reason: Why | None
    facts: Mapping[str, Any]
    outcome: str | None
    pinned_to: UUID | None
    nature: Nature | None


@dataclass(frozen=True, slots=True)
class Plan:
    """A plan with its rows; ``edited`` is what its rows are worth now, after the operator's changes."""

    head: PlanHead
    rows: tuple[PlannedRow, ...]
    edited: Money

    @property
    def edited_gap_permyriad(self) -> int:
        """How far the rows as they are now may be from the best, in hundredths of a percent of the same bound."""
        return gap_permyriad(self.edited.minor, self.head.bound.minor)


def latest(session: Session, *, hub_code: str, line_id: UUID | None) -> UUID | None:
    """Return the last plan of a scope, None before the first."""
    wanted = sa.select(LoadPlan.id).where(LoadPlan.hub_code == hub_code, LoadPlan.line_id == line_id)
    return session.scalars(wanted.order_by(LoadPlan.version.desc()).limit(1)).one_or_none()


def plans(session: Session, *, hub_code: str | None = None, cursor: str | None = None) -> Page[PlanHead]:
    """Return runs, the latest first."""
    wanted = _HEADS.order_by(LoadPlan.made_at.desc(), LoadPlan.id.desc()).limit(PAGE + 1)
    if hub_code is not None:
        wanted = wanted.where(LoadPlan.hub_code == hub_code)
    if cursor is not None:
        at, last = decode_moment(cursor)
        earlier = sa.and_(LoadPlan.made_at == at, LoadPlan.id < last)
        wanted = wanted.where(sa.or_(LoadPlan.made_at < at, earlier))
    rows = [_head(row) for row in session.execute(wanted)]
    return page_of(rows, PAGE, lambda row: (row.made_at.isoformat(), str(row.id)))


def head(session: Session, *, plan_id: UUID) -> PlanHead:
    """Return a run without its rows; NotFound for an unknown one."""
    found = session.execute(_HEADS.where(LoadPlan.id == plan_id)).one_or_none()
    if found is None:
        raise NotFound("load_plan")
    return _head(found)


def plan(session: Session, *, plan_id: UUID) -> Plan:
    """Return a plan with its rows; NotFound for an unknown one."""
    its = head(session, plan_id=plan_id)
    rows = session.execute(
        sa.select(LoadPlanRow, Booking, BookingPin.departure_id)
        .join(Booking, Booking.id == LoadPlanRow.booking_id)
        .outerjoin(BookingPin, BookingPin.booking_id == Booking.id)
        .where(LoadPlanRow.plan_id == plan_id)
        .order_by(Booking.reference)
    ).all()
    natures = natures_of(session, booking_ids=[booking.id for _, booking, _ in rows])
    currency = its.bound.currency
    listed = tuple(
        PlannedRow(
            booking_id=booking.id,
            reference=booking.reference,
            subject=booking.subject,
            to_place=booking.to_place,
            load=booking.load,
            before_id=row.before_id,
            departure_id=row.departure_id,
            value=Money(row.value_minor, currency),
            reason=row.reason,
            facts=row.facts,
            outcome=row.outcome,
            pinned_to=pinned,
            nature=natures.get(booking.id),
        )
        for row, booking, pinned in rows
    )
    edited = sum(row.value.minor for row in listed if row.departure_id is not None)
    return Plan(its, listed, Money(edited, currency))


_HEADS = sa.select(LoadPlan, Line.code).outerjoin(Line, Line.id == LoadPlan.line_id)


def _head(found: Any) -> PlanHead:
    row, code = found
    return PlanHead(
        id=row.id,
        version=row.version,
        hub_code=row.hub_code,
        line_id=row.line_id,
        line_code=code,
        until=row.until,
        state=row.state,
        input_sha256=row.input_sha256,
        solver=row.solver,
        solver_version=row.solver_version,
        objective=Money(row.objective_minor, row.currency),
        bound=Money(row.bound_minor, row.currency),
        milliseconds=row.milliseconds,
        rounds=row.rounds,
        killed=row.killed,
        made_at=row.made_at,
        edited_at=row.edited_at,
        applied_at=row.applied_at,
    )
