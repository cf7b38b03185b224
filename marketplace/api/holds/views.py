"""What held lorries cost: who bears it for everybody, one's own charges, the operator's desk."""

from datetime import date
from uuid import UUID

from flask import Blueprint
from sqlalchemy.orm import Session

from marketplace.accounts.rules.permissions import Permission
from marketplace.api.shared.answers import Amount, Answer, Created, Instant, Items
from marketplace.api.shared.operations import operation
from marketplace.distribution.holds.queries.cases import CaseRow
from marketplace.distribution.holds.queries.shares import ShareRow
from marketplace.distribution.holds.queries.table import TableRow, VersionRow
from marketplace.distribution.holds.rules import bearing as values
from marketplace.edge.acts import holds as acts
from marketplace.edge.requests import holds as requests
from marketplace.kernel.db import in_unit_of_work

api = Blueprint("api_holds", __name__)
_MINE = Permission.TRADE_PAYMENT_READ
_READ = Permission.OPERATOR_COST_READ
_DECIDE = Permission.OPERATOR_COST_DECIDE
_TAG = "holds"


class Bearing(Answer):
    """Who bears waiting, off-loading, transfer and the rest: shipper, goods, carrier or platform (the city)."""

    waiting: str
    off_loading: str
    transfer: str
    rest: str
    shared_by: str

    @classmethod
    def of(cls, row: values.Bearing) -> "Bearing":
        """Write it."""
        return cls(
            waiting=str(row.waiting),
            off_loading=str(row.off_loading),
            transfer=str(row.transfer),
            rest=str(row.rest),
            shared_by=str(row.shared_by),
        )


class BearingToday(Answer):
    """What counts today for a class of causes; without a rule the table with which the city opened."""

    cause: str
    bearing: Bearing
    rule_id: UUID | None
    valid_from: date | None
    source: str | None

    @classmethod
    def of(cls, row: TableRow) -> "BearingToday":
        """Write it."""
        return cls(
            cause=str(row.cause),
            bearing=Bearing.of(row.bearing),
            rule_id=row.rule.id if row.rule else None,
            valid_from=row.rule.valid_from if row.rule else None,
            source=row.rule.source if row.rule else None,
        )


class BearingVersion(Answer):
    """A rule and where it stands."""

    id: UUID
    cause: str
    bearing: Bearing
    valid_from: date
    source: str
    state: str

    @classmethod
    def of(cls, row: VersionRow) -> "BearingVersion":
        """Write it."""
        return cls(
            id=row.rule.id,
            cause=str(row.rule.cause),
            bearing=Bearing.of(row.rule.bearing),
            valid_from=row.rule.valid_from,
            source=row.rule.source,
            state=str(row.state),
        )


class HeldWaiver(Answer):
    """Whose doing it was, and why a charge is, or would be, let off."""

    cause: str
    reason: str


class HeldCharge(Answer):
    """A share of what a held lorry cost, ``amount`` of ``cost``: owed by an owner, borne by the carrier or the city.

    The order is told to its sides, reasons to the operator; of the carrier's so much is ``set_off`` by now.
    """

    id: UUID
    reference: str
    act: str
    cause: str
    amount: Amount
    cost: Amount
    borne_by: str
    state: str | None
    set_off: Amount
    hold_id: UUID
    departure_id: UUID
    departure: str
    booking: str | None
    order_id: UUID | None
    order: str | None
    owed_by: UUID | None
    carrier_id: UUID | None
    held_from: Instant
    held_until: Instant | None
    charged_at: Instant | None
    waived_at: Instant | None
    taken_back: bool
    payment_id: UUID | None
    waiver: HeldWaiver | None

    @classmethod
    def of(cls, row: ShareRow, *, sees_order: bool, sees_reason: bool) -> "HeldCharge":
        """Write a share."""
        cause = row.waiver_cause
        return cls(
            id=row.id,
            reference=row.reference,
            act=str(row.act),
            cause=str(row.cause),
            amount=Amount.of(row.amount),
            cost=Amount.of(row.cost),
            borne_by=str(row.bearer),
            state=str(row.state) if row.state else None,
            set_off=Amount.of(row.set_off),
            hold_id=row.case_id,
            departure_id=row.departure_id,
            departure=row.departure,
            booking=row.booking,
            order_id=row.order_id if sees_order else None,
            order=row.order if sees_order else None,
            owed_by=row.payer_id,
            carrier_id=row.carrier_id,
            held_from=row.began_at,
            held_until=row.ended_at,
            charged_at=row.charged_at,
            waived_at=row.waived_at,
            taken_back=row.voided_at is not None,
            payment_id=row.payment_id,
            waiver=HeldWaiver(cause=str(cause), reason=row.waiver_reason if sees_reason else "") if cause else None,
        )

    @classmethod
    def own(cls, row: ShareRow) -> "HeldCharge":
        """Write a share for a side of it."""
        return cls.of(row, sees_order=acts.sees_order(row), sees_reason=False)

    @classmethod
    def every(cls, row: ShareRow) -> "HeldCharge":
        """Write a share for the operator."""
        return cls.of(row, sees_order=True, sees_reason=True)


class LorryHold(Answer):
    """A hold of a departure, by which rule, about which consignment, and what waits to be shared out at its end."""

    id: UUID
    cause: str
    bearing: Bearing
    booking: str | None
    aboard: list[str]
    began_at: Instant
    ended_at: Instant | None
    waiting: list[Amount]
    shares: list[HeldCharge]

    @classmethod
    def of(cls, row: CaseRow, shares: tuple[ShareRow, ...]) -> "LorryHold":
        """Write it."""
        return cls(
            id=row.id,
            cause=str(row.cause),
            bearing=Bearing.of(row.bearing),
            booking=row.booking,
            aboard=[reference for _, reference in row.aboard],
            began_at=row.began_at,
            ended_at=row.ended_at,
            waiting=[Amount.of(amount) for amount in row.waiting],
            shares=[HeldCharge.every(one) for one in shares if one.case_id == row.id],
        )


class ChargeStanding(Answer):
    """Where a charge stands."""

    state: str


@api.get("/held-cost-rules")
@operation(
    answers={200: Items[BearingToday]}, tag=_TAG, public_because="who books may know who bears what a held lorry costs"
)
def rules() -> tuple[int, Items[BearingToday]]:
    """List who bears what today, by class of causes."""
    return 200, Items[BearingToday](items=[BearingToday.of(row) for row in acts.shown()])


@api.get("/held-cost-rules/versions")
@operation(answers={200: Items[BearingVersion]}, tag=_TAG, public_because="a rule that counted before stays to be read")
def versions() -> tuple[int, Items[BearingVersion]]:
    """List the published rules, the latest first."""
    return 200, Items[BearingVersion](items=[BearingVersion.of(row) for row in acts.versions()])


@api.get("/held-cost-rules/proposals")
@operation(answers={200: Items[BearingVersion]}, tag=_TAG, permission=_DECIDE)
def proposals() -> tuple[int, Items[BearingVersion]]:
    """List the rules that wait for a second person."""
    return 200, Items[BearingVersion](items=[BearingVersion.of(row) for row in acts.proposals()])


@api.post("/held-cost-rules")
@operation(answers={201: Created}, tag=_TAG, permission=_DECIDE, body=requests.NewBearingRule, idempotent=True)
def propose(body: requests.NewBearingRule, session: Session) -> tuple[int, Created]:
    """Propose a rule from a day on; it counts once another person has published it."""
    return 201, Created(id=acts.propose(session, body))


@api.post("/held-cost-rules/<uuid:bearing_rule_id>/publication")
@operation(answers={204: None}, tag=_TAG, permission=_DECIDE, idempotent=True)
def publish(bearing_rule_id: UUID, session: Session) -> tuple[int, None]:
    """Publish a proposed rule, as another person; holds that began before keep the rule of their day."""
    acts.publish(session, bearing_rule_id)
    return 204, None


@api.post("/held-cost-rules/<uuid:bearing_rule_id>/refusal")
@operation(answers={204: None}, tag=_TAG, permission=_DECIDE, idempotent=True)
def decline(bearing_rule_id: UUID, session: Session) -> tuple[int, None]:
    """Let a proposed rule never count."""
    acts.decline(session, bearing_rule_id)
    return 204, None


@api.get("/departures/<uuid:departure_id>/holds")
@operation(answers={200: Items[LorryHold]}, tag=_TAG, permission=_READ)
def many(departure_id: UUID) -> tuple[int, Items[LorryHold]]:
    """List the holds of a departure, the latest first, with whose their costs are."""
    rows, shares = acts.many(departure_id), acts.of_departure(departure_id)
    return 200, Items[LorryHold](items=[LorryHold.of(row, shares) for row in rows])


@api.put("/holds/<uuid:lorry_hold_id>/consignment")
@operation(
    answers={204: None},
    tag=_TAG,
    permission=Permission.LOGISTICS_DEPARTURE_OPERATE,
    body=requests.HeldConsignment,
)
def name(lorry_hold_id: UUID, body: requests.HeldConsignment) -> tuple[int, None]:
    """Say which consignment a hold is about, before its costs are shared out; those aboard are not told."""
    in_unit_of_work(lambda session: acts.name(session, lorry_hold_id, body))
    return 204, None


@api.get("/held-charges")
@operation(answers={200: Items[HeldCharge]}, tag=_TAG, permission=_MINE, query=requests.HeldChargesQuery)
def mine(query: requests.HeldChargesQuery) -> tuple[int, Items[HeldCharge]]:
    """List what one's company owes, is owed or bears of held lorries, the latest first."""
    page = acts.mine(query)
    return 200, Items[HeldCharge](items=[HeldCharge.own(row) for row in page.items], next=page.next)


@api.get("/held-charges/<uuid:held_charge_id>")
@operation(answers={200: HeldCharge}, tag=_TAG, permission=_MINE)
def one(held_charge_id: UUID) -> tuple[int, HeldCharge]:
    """Show a share of one's company."""
    return 200, HeldCharge.own(acts.one(held_charge_id))


@api.get("/held-charge-desk")
@operation(answers={200: Items[HeldCharge]}, tag=_TAG, permission=_READ, query=requests.HeldDeskQuery)
def desk(query: requests.HeldDeskQuery) -> tuple[int, Items[HeldCharge]]:
    """List all shares, those in a state or of a departure, the latest first."""
    page = acts.desk(query)
    return 200, Items[HeldCharge](items=[HeldCharge.every(row) for row in page.items], next=page.next)


@api.get("/held-charge-desk/<uuid:held_charge_id>")
@operation(answers={200: HeldCharge}, tag=_TAG, permission=_READ)
def looked_at(held_charge_id: UUID) -> tuple[int, HeldCharge]:
    """Show any share."""
    return 200, HeldCharge.every(acts.looked_at(held_charge_id))


@api.post("/held-charges/<uuid:held_charge_id>/waiver")
@operation(answers={200: ChargeStanding}, tag=_TAG, permission=_DECIDE, body=requests.HeldWaiver, idempotent=True)
def waive(held_charge_id: UUID, body: requests.HeldWaiver, session: Session) -> tuple[int, ChargeStanding]:
    """Let a charge off with a reason; beyond the house's threshold a second person has to agree."""
    return 200, ChargeStanding(state=acts.waive(session, held_charge_id, body))


@api.post("/held-charges/<uuid:held_charge_id>/waiver/approval")
@operation(answers={204: None}, tag=_TAG, permission=_DECIDE, idempotent=True)
def approve(held_charge_id: UUID, session: Session) -> tuple[int, None]:
    """Agree, as another person, that a charge is let off."""
    acts.approve(session, held_charge_id)
    return 204, None


@api.post("/held-charges/<uuid:held_charge_id>/waiver/refusal")
@operation(answers={204: None}, tag=_TAG, permission=_DECIDE, idempotent=True)
def keep(held_charge_id: UUID, session: Session) -> tuple[int, None]:
    """Let a charge stay owed that somebody would let off."""
    acts.keep(session, held_charge_id)
    return 204, None


@api.post("/held-charges/<uuid:held_charge_id>/charge")
@operation(answers={204: None}, tag=_TAG, permission=_DECIDE, idempotent=True)
def charge(held_charge_id: UUID, session: Session) -> tuple[int, None]:
    """Charge a share that waited for its carrier's account."""
    acts.charge(session, held_charge_id)
    return 204, None
