"""Fees for lorries over the API: the rules for everybody, one's own fees, the operator's desk."""

from datetime import date
from uuid import UUID

from flask import Blueprint
from sqlalchemy.orm import Session

from marketplace.accounts.rules.permissions import Permission
from marketplace.api.shared.answers import Amount, Answer, Created, Instant, Items
from marketplace.api.shared.operations import operation
from marketplace.distribution.fees.queries.charged import FeeRow, Waited
from marketplace.distribution.fees.rules.terms import Basis
from marketplace.distribution.fees.rules.terms import FeeRule as Rule
from marketplace.edge.acts import fees as acts
from marketplace.edge.requests import fees as requests

api = Blueprint("api_fees", __name__)
_MINE = Permission.TRADE_PAYMENT_READ
_READ = Permission.OPERATOR_COST_READ
_DECIDE = Permission.OPERATOR_COST_DECIDE
_TAG = "fees"


class FeeRule(Answer):
    """What is asked from a day on: ``percent`` of the freight or ``per_kg`` chargeable, at least ``minimum``.

    ``grace_minutes`` run from the cargo cut-off; until ``free_days`` before it a booking is given up free of charge.
    """

    id: UUID
    kind: str
    basis: str
    percent: str | None
    per_kg: Amount | None
    minimum: Amount
    grace_minutes: int
    free_days: int
    valid_from: date
    source: str
    fictitious: bool

    @classmethod
    def of(cls, rule: Rule) -> "FeeRule":
        """Write a rule."""
        return cls(
            id=rule.id,
            kind=str(rule.kind),
            basis=str(rule.basis),
            percent=f"{rule.share_bp / 100:.2f}" if rule.basis is Basis.PERCENT else None,
            per_kg=Amount.of(rule.per_kg) if rule.per_kg else None,
            minimum=Amount.of(rule.minimum),
            grace_minutes=int(rule.grace.total_seconds()) // 60,
            free_days=rule.free_until.days,
            valid_from=rule.valid_from,
            source=rule.source,
            fictitious=rule.is_fictitious,
        )


class Waiver(Answer):
    """Whose doing it was, and why a fee is, or would be, let off."""

    cause: str
    reason: str


class Waiting(Answer):
    """How long a whole lorry waited for its hirer; a started hour beyond ``free_hours`` costs ``per_hour``."""

    minutes: int
    free_hours: int
    charged_hours: int
    per_hour: Amount

    @classmethod
    def of(cls, row: Waited) -> "Waiting":
        """Write it."""
        beyond = max(0, row.minutes - row.free_minutes)
        return cls(
            minutes=row.minutes,
            free_hours=row.free_minutes // 60,
            charged_hours=-(-beyond // 60),
            per_hour=Amount.of(row.hourly),
        )


class Fee(Answer):
    """A fee, with what it was reckoned by, a published rule or ``waiting``.

    The order is told to its sides, reasons to the operator.
    """

    id: UUID
    reference: str
    kind: str
    state: str
    amount: Amount
    freight: Amount
    chargeable_kg: str
    rule_id: UUID | None
    waiting: Waiting | None
    booking: str
    departure_id: UUID
    departure: str
    order_id: UUID | None
    order: str | None
    owed_by: UUID
    carrier_id: UUID
    cutoff_at: Instant
    happened_at: Instant
    charged_at: Instant | None
    waived_at: Instant | None
    payment_id: UUID | None
    waiver: Waiver | None

    @classmethod
    def of(cls, row: FeeRow, *, sees_order: bool, sees_reason: bool) -> "Fee":
        """Write a fee."""
        cause = row.waiver_cause
        return cls(
            id=row.id,
            reference=row.reference,
            kind=str(row.kind),
            state=str(row.state),
            amount=Amount.of(row.amount),
            freight=Amount.of(row.freight),
            chargeable_kg=f"{row.chargeable_g / 1000:.3f}",
            rule_id=row.rule_id,
            waiting=row.waited and Waiting.of(row.waited),
            booking=row.booking,
            departure_id=row.departure_id,
            departure=row.departure,
            order_id=row.order_id if sees_order else None,
            order=row.order if sees_order else None,
            owed_by=row.payer_id,
            carrier_id=row.carrier_id,
            cutoff_at=row.cutoff_at,
            happened_at=row.happened_at,
            charged_at=row.charged_at,
            waived_at=row.waived_at,
            payment_id=row.payment_id,
            waiver=Waiver(cause=str(cause), reason=row.waiver_reason if sees_reason else "") if cause else None,
        )

    @classmethod
    def own(cls, row: FeeRow) -> "Fee":
        """Write a fee for a side of it."""
        return cls.of(row, sees_order=acts.sees_order(row), sees_reason=False)

    @classmethod
    def every(cls, row: FeeRow) -> "Fee":
        """Write a fee for the operator."""
        return cls.of(row, sees_order=True, sees_reason=True)


class Standing(Answer):
    """Where a fee stands."""

    state: str


@api.get("/fee-rules")
@operation(
    answers={200: Items[FeeRule]}, tag=_TAG, public_because="who books may know what it costs if goods do not come"
)
def rules() -> tuple[int, Items[FeeRule]]:
    """List what is asked for goods that do not come, come late or are given up late, the latest rule first."""
    return 200, Items[FeeRule](items=[FeeRule.of(rule) for rule in acts.rules()])


@api.post("/fee-rules")
@operation(answers={201: Created}, tag=_TAG, permission=_DECIDE, body=requests.NewRule, idempotent=True)
def publish(body: requests.NewRule, session: Session) -> tuple[int, Created]:
    """Publish a rule from a day on; freight that was agreed before keeps the rule of its day."""
    return 201, Created(id=acts.publish(session, body))


@api.get("/fees")
@operation(answers={200: Items[Fee]}, tag=_TAG, permission=_MINE, query=requests.FeesQuery)
def mine(query: requests.FeesQuery) -> tuple[int, Items[Fee]]:
    """List the fees that one's company owes or is owed, the latest first."""
    page = acts.mine(query)
    return 200, Items[Fee](items=[Fee.own(row) for row in page.items], next=page.next)


@api.get("/fees/<uuid:fee_id>")
@operation(answers={200: Fee}, tag=_TAG, permission=_MINE)
def one(fee_id: UUID) -> tuple[int, Fee]:
    """Show a fee of one's company."""
    return 200, Fee.own(acts.one(fee_id))


@api.get("/fee-desk")
@operation(answers={200: Items[Fee]}, tag=_TAG, permission=_READ, query=requests.DeskQuery)
def desk(query: requests.DeskQuery) -> tuple[int, Items[Fee]]:
    """List all fees, those in a state or of a departure, the latest first."""
    page = acts.desk(query)
    return 200, Items[Fee](items=[Fee.every(row) for row in page.items], next=page.next)


@api.get("/fee-desk/<uuid:fee_id>")
@operation(answers={200: Fee}, tag=_TAG, permission=_READ)
def looked_at(fee_id: UUID) -> tuple[int, Fee]:
    """Show any fee."""
    return 200, Fee.every(acts.looked_at(fee_id))


@api.post("/fees/<uuid:fee_id>/waiver")
@operation(answers={200: Standing}, tag=_TAG, permission=_DECIDE, body=requests.NewWaiver, idempotent=True)
def waive(fee_id: UUID, body: requests.NewWaiver, session: Session) -> tuple[int, Standing]:
    """Let a fee off with a reason; beyond the house's threshold a second person has to agree."""
    return 200, Standing(state=acts.waive(session, fee_id, body))


@api.post("/fees/<uuid:fee_id>/waiver/approval")
@operation(answers={204: None}, tag=_TAG, permission=_DECIDE, idempotent=True)
def approve(fee_id: UUID, session: Session) -> tuple[int, None]:
    """Agree, as another person, that a fee is let off."""
    acts.approve(session, fee_id)
    return 204, None


@api.post("/fees/<uuid:fee_id>/waiver/refusal")
@operation(answers={204: None}, tag=_TAG, permission=_DECIDE, idempotent=True)
def keep(fee_id: UUID, session: Session) -> tuple[int, None]:
    """Let a fee stay owed that somebody would let off."""
    acts.keep(session, fee_id)
    return 204, None


@api.post("/fees/<uuid:fee_id>/charge")
@operation(answers={204: None}, tag=_TAG, permission=_DECIDE, idempotent=True)
def charge(fee_id: UUID, session: Session) -> tuple[int, None]:
    """Charge a fee that waited for its carrier's account."""
    acts.charge(session, fee_id)
    return 204, None
