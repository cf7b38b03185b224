"""Keep plans, change them by hand, and set bookings on departures."""

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from marketplace.audit import services as audit
from marketplace.audit.services import Act
from marketplace.kernel.actor import Actor
from marketplace.kernel.db import write
from marketplace.kernel.errors import Conflict, NotFound
from marketplace.kernel.ids import new_id
from marketplace.logistics.models.departures import Booking, Departure
from marketplace.logistics.planning.child import Solved
from marketplace.logistics.planning.models import BookingPin, LoadPlan, LoadPlanRow
from marketplace.logistics.planning.queries import inputs
from marketplace.logistics.planning.queries.inputs import Input, Scope
from marketplace.logistics.planning.rules.filling import Filling, Ground
from marketplace.logistics.planning.rules.instance import Instance
from marketplace.logistics.planning.rules.reasons import Reason, hindrances
from marketplace.logistics.planning.rules.states import PLAN, PlanState


def keep(
    session: Session,
    *,
    scope: Scope,
    given: Input,
    solved: Solved,
    left: Mapping[str, Reason],
    actor: Actor,
    now: datetime,
) -> UUID:
    """Store a run as the scope's next version; its draft before is superseded."""
    last = session.scalars(
        sa.select(LoadPlan)
        .where(LoadPlan.scope == scope.name)
        .order_by(LoadPlan.version.desc())
        .limit(1)
        .with_for_update()
    ).one_or_none()
    if last is not None and last.state is PlanState.DRAFT:
        last.state = PLAN.apply(last.state, "supersede")
        _forget_rows(session, scope, last.version)
    plan = LoadPlan(
        id=new_id(),
        scope=scope.name,
        version=1 if last is None else last.version + 1,
        hub_code=scope.hub_code,
        line_id=scope.line_id,
        until=scope.until,
        state=PlanState.DRAFT,
        input_sha256=given.instance.sha256,
        solver=solved.solver,
        solver_version=solved.version,
        currency=given.currency,
        objective_minor=solved.objective,
        bound_minor=max(solved.bound, solved.objective),
        milliseconds=int(solved.seconds * 1_000),
        rounds=solved.rounds,
        killed=solved.killed,
        made_by=actor.person_id,
        made_at=now,
    )
    session.add(plan)
    session.flush()
    write(session, LoadPlanRow, [_row(plan.id, given.instance, key, solved, left) for key in given.instance.by_key])
    _note(session, actor, "load_plan.make", plan.id, now, version=plan.version, input=plan.input_sha256)
    return plan.id


def move(
    session: Session, *, plan_id: UUID, booking_id: UUID, departure_id: UUID | None, actor: Actor, now: datetime
) -> None:
    """Put a booking of a draft on another departure, or leave it behind (None).

    Conflict ``does_not_fit`` says what stands in the way there, with the rest of the plan as it is.
    """
    plan = _draft(session, plan_id)
    row = _locked_row(session, plan_id, booking_id)
    row.reason, row.facts = None, {}
    if departure_id is None:
        row.departure_id = None
    else:
        given = inputs.read(session, scope=_scope(plan), now=now).instance
        row.value_minor = _fit(session, given, plan_id, booking_id, departure_id)
        row.departure_id = departure_id
    plan.edited_at = now
    session.flush()
    _note(session, actor, "load_plan.move", plan_id, now, booking=booking_id, departure=departure_id)


def pin(session: Session, *, booking_id: UUID, departure_id: UUID, actor: Actor, now: datetime) -> None:
    """Set a booking on a departure for every plan to come: its own (it is locked there) or another of its hub.

    NotFound for an unknown booking or departure, Conflict ``other_hub``.
    """
    hub = session.scalars(sa.select(Departure.hub_code).where(Departure.id == departure_id)).one_or_none()
    if hub is None:
        raise NotFound("departure")
    if hub != _hub_of(session, booking_id):
        raise Conflict("other_hub", departure=departure_id)
    unpin(session, booking_id=booking_id, actor=None, now=now)
    write(
        session,
        BookingPin,
        [{"booking_id": booking_id, "departure_id": departure_id, "pinned_by": actor.person_id, "pinned_at": now}],
    )
    acts = [Act("booking.pin", booking_id, {"departure": departure_id})]
    audit.record_all(session, actor=actor, subject="booking", acts=acts, now=now)


def unpin(session: Session, *, booking_id: UUID, actor: Actor | None, now: datetime) -> None:
    """Let plans move a booking again; NotFound for an unknown one."""
    _hub_of(session, booking_id)
    gone = session.execute(sa.delete(BookingPin).where(BookingPin.booking_id == booking_id))
    if actor is not None and gone.rowcount:  # pyrefly: ignore[missing-attribute]
        audit.record_all(session, actor=actor, subject="booking", acts=[Act("booking.unpin", booking_id)], now=now)


def draft(session: Session, plan_id: UUID) -> LoadPlan:
    """Return a draft, locked; NotFound, Conflict ``state`` for one that was applied or superseded."""
    return _draft(session, plan_id)


def _draft(session: Session, plan_id: UUID) -> LoadPlan:
    found = session.scalars(sa.select(LoadPlan).where(LoadPlan.id == plan_id).with_for_update()).one_or_none()
    if found is None:
        raise NotFound("load_plan")
    PLAN.apply(found.state, "apply")
    return found


def _locked_row(session: Session, plan_id: UUID, booking_id: UUID) -> LoadPlanRow:
    found = session.get(LoadPlanRow, (plan_id, booking_id))
    if found is None:
        raise NotFound("booking")
    return found


def _scope(plan: LoadPlan) -> Scope:
    return Scope(plan.hub_code, plan.line_id, plan.until)


def _fit(session: Session, given: Instance, plan_id: UUID, booking_id: UUID, departure_id: UUID) -> int:
    """Return what a booking is worth on a departure; Conflict naming everything in its way there."""
    parcel, lorry = given.by_key.get(str(booking_id)), given.lorry_at.get(str(departure_id))
    if parcel is None or lorry is None:
        raise Conflict("does_not_fit", booking=booking_id, departure=departure_id, hindrances=["gone"])
    filling = Filling(Ground(given))
    rows = session.execute(
        sa.select(LoadPlanRow.booking_id, LoadPlanRow.departure_id).where(
            LoadPlanRow.plan_id == plan_id, LoadPlanRow.departure_id == departure_id
        )
    )
    for row in rows:
        other = given.by_key.get(str(row.booking_id))
        if other is not None and other not in filling.at and other != parcel:
            filling.put(other, lorry)
    if parcel in filling.at:
        filling.drop(parcel)
    served = given.parcels[parcel].to in given.lorries[lorry].reaches
    found = hindrances(filling, parcel, lorry) if served else None
    if found is None:
        raise Conflict("does_not_fit", booking=booking_id, departure=departure_id, hindrances=["not_served"])
    if found:
        facts = {str(each.why): each.facts for each in found}
        why = [str(each.why) for each in found]
        raise Conflict("does_not_fit", booking=booking_id, departure=departure_id, hindrances=why, facts=facts)
    return given.worth(given.parcels[parcel], given.lorries[lorry])


def _row(plan_id: UUID, given: Instance, key: str, solved: Solved, left: Mapping[str, Reason]) -> dict[str, object]:
    parcel = given.parcels[given.by_key[key]]
    rides = solved.answer.get(key)
    reason = left.get(key)
    worth = given.worth(parcel, given.lorries[given.lorry_at[rides]]) if rides else parcel.value
    return {
        "plan_id": plan_id,
        "booking_id": UUID(key),
        "before_id": UUID(parcel.home),
        "departure_id": UUID(rides) if rides else None,
        "value_minor": worth,
        "reason": reason.why if reason else None,
        "facts": _facts(reason) if reason else {},
        "outcome": None,
    }


def _facts(reason: Reason) -> dict[str, object]:
    return {"lorry": reason.lorry, "gain": reason.gain, "cost": reason.cost, **reason.facts}


def _hub_of(session: Session, booking_id: UUID) -> str:
    wanted = sa.select(Departure.hub_code).join(Booking, Booking.departure_id == Departure.id)
    found = session.scalars(wanted.where(Booking.id == booking_id)).one_or_none()
    if found is None:
        raise NotFound("booking")
    return found


def _forget_rows(session: Session, scope: Scope, before: int) -> None:
    """Forget what runs proposed that were superseded long since; what they proved is kept."""
    old = sa.select(LoadPlan.id).where(
        LoadPlan.scope == scope.name, LoadPlan.state == PlanState.SUPERSEDED, LoadPlan.version < before
    )
    session.execute(
        sa.delete(LoadPlanRow).where(LoadPlanRow.plan_id.in_(old)).execution_options(synchronize_session=False)
    )


def _note(session: Session, actor: Actor, action: str, plan_id: UUID, now: datetime, **facts: object) -> None:
    audit.record(
        session, actor=actor, action=action, subject="load_plan", subject_id=plan_id, facts=dict(facts), now=now
    )
