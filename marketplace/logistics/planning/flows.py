"""Plan: read in one transaction, solve outside any, store in another."""

from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

import sqlalchemy as sa
import structlog

from marketplace.kernel.actor import SYSTEM, Actor
from marketplace.kernel.db import in_unit_of_work, reading, snapshot
from marketplace.logistics.models.departures import Departure
from marketplace.logistics.planning import child
from marketplace.logistics.planning.queries import inputs, plans
from marketplace.logistics.planning.queries.inputs import Scope
from marketplace.logistics.planning.rules.reasons import reasons
from marketplace.logistics.planning.rules.states import PlanState
from marketplace.logistics.planning.services import planning
from marketplace.logistics.rules.states import DepartureState

# A plan looks so far ahead; what leaves later is planned when more of it is booked.
HORIZON: Final = timedelta(days=14)
# What somebody waits for, and what the clock may take.
SECONDS: Final = 5.0
_log = structlog.get_logger("city.planning")


def plan(
    *,
    hub_code: str,
    line_id: UUID | None,
    now: datetime,
    actor: Actor = SYSTEM,
    horizon: timedelta = HORIZON,
    seconds: float = SECONDS,
) -> UUID:
    """Plan a hub's departures, of one line or all, that leave within a time; return the draft."""
    scope = Scope(hub_code, line_id, now + horizon)
    with snapshot() as session:
        given = inputs.read(session, scope=scope, now=now)
    solved = child.solve(given.instance, seconds=seconds)
    left = reasons(given.instance, solved.answer, solved.prices)
    _log.info("planned", hub=hub_code, objective=solved.objective, bound=solved.bound, killed=solved.killed)
    return in_unit_of_work(
        lambda session: planning.keep(session, scope=scope, given=given, solved=solved, left=left, actor=actor, now=now)
    )


def plan_due(*, now: datetime) -> int:
    """Plan every hub whose open departures carry something else than its last plan knew; return how many.

    A draft that somebody changed by hand is left to them: the next is made when it is applied.
    """
    session = reading()
    session.rollback()
    hubs = session.scalars(
        sa.select(Departure.hub_code)
        .where(Departure.state == DepartureState.OPEN, Departure.cutoff_cargo_at > now)
        .distinct()
        .order_by(Departure.hub_code)
    ).all()
    made = 0
    for hub_code in hubs:
        if _is_due(hub_code, now):
            plan(hub_code=hub_code, line_id=None, now=now)
            made += 1
    return made


def _is_due(hub_code: str, now: datetime) -> bool:
    scope = Scope(hub_code, None, now + HORIZON)
    with snapshot() as session:
        last_id = plans.latest(session, hub_code=hub_code, line_id=None)
        given = inputs.read(session, scope=scope, now=now)
        if last_id is None:
            return bool(given.instance.parcels)
        last = plans.head(session, plan_id=last_id)
        is_theirs = last.state is PlanState.DRAFT and last.edited_at is not None
        return not is_theirs and last.input_sha256 != given.instance.sha256
