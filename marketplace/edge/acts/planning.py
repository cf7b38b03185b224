"""Plans of lorries, as the operator makes, changes and applies them; shared by pages and API."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from sqlalchemy.orm import Session

from marketplace.edge.identity import require_actor
from marketplace.edge.requests import planning as requests
from marketplace.kernel import clock
from marketplace.kernel.db import reading
from marketplace.kernel.errors import Refused
from marketplace.kernel.pages import Page
from marketplace.kernel.quantity import Load
from marketplace.logistics.planning import flows
from marketplace.logistics.planning.queries import board, plans
from marketplace.logistics.planning.queries.plans import Plan, PlanHead, PlannedRow
from marketplace.logistics.planning.services import applying, planning
from marketplace.logistics.queries import departures as departure_queries
from marketplace.logistics.queries.departures import DepartureRow


@dataclass(frozen=True, slots=True)
class Filled:
    """A departure of a plan with what rides on it by the plan; ``used`` of its room, what cannot move included."""

    departure: DepartureRow
    rows: tuple[PlannedRow, ...]
    used: Load


@dataclass(frozen=True, slots=True)
class Board:
    """A plan, departure by departure, and what it leaves behind."""

    plan: Plan
    filled: tuple[Filled, ...]
    behind: tuple[PlannedRow, ...]
    named: Mapping[str, str]


def hubs() -> tuple[str, ...]:
    """Return the hubs that lorries leave from."""
    return tuple(sorted(departure_queries.hubs(reading())))


def runs(asked: requests.Plans) -> Page[PlanHead]:
    """Return runs, the latest first."""
    return plans.plans(reading(), hub_code=asked.hub, cursor=asked.cursor)


def make(asked: requests.Planning) -> UUID:
    """Plan, and return the draft; a hub or line that there is not is refused by its field."""
    session = reading()
    if asked.hub not in (known := hubs()):
        raise Refused.field("hub", "choice", ", ".join(known))
    line_id = board.line_id(session, hub_code=asked.hub, code=asked.line) if asked.line else None
    if asked.line and line_id is None:
        raise Refused.field("line", "choice", ", ".join(board.line_codes(session, hub_code=asked.hub)))
    return flows.plan(
        hub_code=asked.hub,
        line_id=line_id,
        now=clock.now(),
        actor=require_actor(),
        horizon=timedelta(days=asked.days) if asked.days else flows.HORIZON,
        seconds=asked.seconds or flows.SECONDS,
    )


def shown(plan_id: UUID) -> Board:
    """Return a plan as a board; NotFound for an unknown one."""
    session, now = reading(), clock.now()
    plan = plans.plan(session, plan_id=plan_id)
    ids = board.departures_of(session, head=plan.head, rows=plan.rows)
    departures = departure_queries.departures_of(session, departure_ids=ids, now=now)
    moving = {row.booking_id for row in plan.rows}
    fixed = board.fixed_loads(session, departure_ids=ids, without=moving)
    filled = tuple(
        _filled(departures[key], [row for row in plan.rows if row.departure_id == key], fixed.get(key, Load()))
        for key in sorted(departures, key=lambda key: (departures[key].departs_at, key))
    )
    behind = tuple(row for row in plan.rows if row.departure_id is None)
    named = {str(row.booking_id): row.reference for row in plan.rows}
    return Board(plan, filled, behind, named | {str(key): row.reference for key, row in departures.items()})


def _filled(departure: DepartureRow, rows: list[PlannedRow], fixed: Load) -> Filled:
    return Filled(departure, tuple(rows), sum((row.load for row in rows), fixed))


def move(session: Session, plan_id: UUID, asked: requests.Moving) -> None:
    """Put a booking of a draft elsewhere."""
    planning.move(
        session,
        plan_id=plan_id,
        booking_id=asked.booking,
        departure_id=asked.departure,
        actor=require_actor(),
        now=clock.now(),
    )


def pin(session: Session, booking_id: UUID, asked: requests.Pinning) -> None:
    """Set a booking on a departure for every plan, or free it."""
    actor, now = require_actor(), clock.now()
    if asked.departure is None:
        planning.unpin(session, booking_id=booking_id, actor=actor, now=now)
        return
    planning.pin(session, booking_id=booking_id, departure_id=asked.departure, actor=actor, now=now)


def apply(session: Session, plan_id: UUID) -> dict[UUID, str]:
    """Roll what a draft moves; return the outcome of each booking."""
    return applying.apply(session, plan_id=plan_id, actor=require_actor(), now=clock.now())
