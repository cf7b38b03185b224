"""Plans of lorries over the API."""

from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from marketplace.accounts.rules.permissions import Permission
from marketplace.api.logistics.answers import Room
from marketplace.api.operations.views import api
from marketplace.api.shared.answers import Answer, Created, Instant, Items
from marketplace.api.shared.operations import operation
from marketplace.edge.acts import planning as acts
from marketplace.edge.requests import planning as requests
from marketplace.logistics.planning.queries.plans import PlanHead, PlannedRow

_OPERATE = Permission.LOGISTICS_DEPARTURE_OPERATE


class Run(Answer):
    """A run: ``gap_permyriad`` is how far its answer may be from the best, in hundredths of a percent of ``bound``.

    ``input_sha256`` is the hash of what the solver was given; ``killed`` tells that it did not end by itself.
    """

    id: UUID
    version: int
    hub: str
    line: str | None
    until: Instant
    state: str
    input_sha256: str
    solver: str
    solver_version: str
    currency: str
    objective: str
    bound: str
    gap_permyriad: int
    milliseconds: int
    rounds: int
    killed: bool
    made_at: Instant
    edited_at: Instant | None
    applied_at: Instant | None

    @classmethod
    def of(cls, row: PlanHead) -> "Run":
        """Write a run."""
        return cls(
            id=row.id,
            version=row.version,
            hub=row.hub_code,
            line=row.line_code,
            until=row.until,
            state=str(row.state),
            input_sha256=row.input_sha256,
            solver=row.solver,
            solver_version=row.solver_version,
            currency=row.bound.currency,
            objective=f"{row.objective.amount:f}",
            bound=f"{row.bound.amount:f}",
            gap_permyriad=row.gap_permyriad,
            milliseconds=row.milliseconds,
            rounds=row.rounds,
            killed=row.killed,
            made_at=row.made_at,
            edited_at=row.edited_at,
            applied_at=row.applied_at,
        )


class Planned(Answer):
    """A booking of a plan: where it was and where it rides; None when it stays behind, with the reason's code.

    ``facts`` of the reason: by how much it is over, beside whom it would stand, the instants (epoch seconds) that do
    not meet, on which departure (``lorry``); what it would bring (``gain``) and what the room is worth (``cost``).
    """

    booking_id: UUID
    reference: str
    to: str
    load: Room
    before_id: UUID
    departure_id: UUID | None
    value: str
    reason: str | None
    facts: dict[str, Any]
    pinned_to: UUID | None
    outcome: str | None

    @classmethod
    def of(cls, row: PlannedRow) -> "Planned":
        """Write a row."""
        return cls(
            booking_id=row.booking_id,
            reference=row.reference,
            to=row.to_place,
            load=Room.of(row.load),
            before_id=row.before_id,
            departure_id=row.departure_id,
            value=f"{row.value.amount:f}",
            reason=None if row.reason is None else str(row.reason),
            facts=dict(row.facts),
            pinned_to=row.pinned_to,
            outcome=row.outcome,
        )


class Filled(Answer):
    """A departure with the room that is used by the plan, what cannot be moved included."""

    departure_id: UUID
    reference: str
    capacity: Room
    used: Room


class Plan(Answer):
    """A run with its rows; ``edited`` is what they are worth as they are now, and the gap to the same bound."""

    run: Run
    edited: str
    edited_gap_permyriad: int
    departures: list[Filled]
    rows: list[Planned]

    @classmethod
    def of(cls, board: acts.Board) -> "Plan":
        """Write a plan."""
        departures = [
            Filled(
                departure_id=one.departure.id,
                reference=one.departure.reference,
                capacity=Room.of(one.departure.capacity),
                used=Room.of(one.used),
            )
            for one in board.filled
        ]
        return cls(
            run=Run.of(board.plan.head),
            edited=f"{board.plan.edited.amount:f}",
            edited_gap_permyriad=board.plan.edited_gap_permyriad,
            departures=departures,
            rows=[Planned.of(row) for row in board.plan.rows],
        )


class Outcome(Answer):
    """What applying came to for one booking: ``moved``, or the code of what refused it."""

    booking_id: UUID
    outcome: str


@api.get("/load-plans")
@operation(answers={200: Items[Run]}, tag="logistics", permission=_OPERATE, query=requests.Plans)
def load_plans(query: requests.Plans) -> tuple[int, Items[Run]]:
    """List the runs of the planner, the latest first."""
    page = acts.runs(query)
    return 200, Items[Run](items=[Run.of(row) for row in page.items], next=page.next)


@api.post("/load-plans")
@operation(answers={201: Created}, tag="logistics", permission=_OPERATE, body=requests.Planning, idempotent_flow=True)
def plan(body: requests.Planning, key: str) -> tuple[int, Created]:  # noqa: ARG001  kept by the caller
    """Plan which booking rides on which departure; nothing is moved until the plan is applied."""
    return 201, Created(id=acts.make(body))


@api.get("/load-plans/<uuid:plan_id>")
@operation(answers={200: Plan}, tag="logistics", permission=_OPERATE)
def load_plan(plan_id: UUID) -> tuple[int, Plan]:
    """Show a plan: what rides where, how full each departure is, what stays behind and why."""
    return 200, Plan.of(acts.shown(plan_id))


@api.post("/load-plans/<uuid:plan_id>/move")
@operation(answers={204: None}, tag="logistics", permission=_OPERATE, body=requests.Moving, idempotent=True)
def move(plan_id: UUID, body: requests.Moving, session: Session) -> tuple[int, None]:
    """Put a booking of a draft on another departure, or leave it behind."""
    acts.move(session, plan_id, body)
    return 204, None


@api.post("/load-plans/<uuid:plan_id>/apply")
@operation(answers={200: Items[Outcome]}, tag="logistics", permission=_OPERATE, idempotent=True)
def apply(plan_id: UUID, session: Session) -> tuple[int, Items[Outcome]]:
    """Roll the bookings that a draft moves; what no longer fits stays where it is, and is named."""
    found = acts.apply(session, plan_id)
    items = [Outcome(booking_id=key, outcome=outcome) for key, outcome in sorted(found.items())]
    return 200, Items[Outcome](items=items, next=None)


@api.post("/bookings/<uuid:booking_id>/pin")
@operation(answers={204: None}, tag="logistics", permission=_OPERATE, body=requests.Pinning, idempotent=True)
def pin(booking_id: UUID, body: requests.Pinning, session: Session) -> tuple[int, None]:
    """Set a booking on a departure for every plan to come, or free it again."""
    acts.pin(session, booking_id, body)
    return 204, None
