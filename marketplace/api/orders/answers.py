"""What the API says of orders."""

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any, Literal
from uuid import UUID

from marketplace.api.inspections.answers import Inspection
from marketplace.api.orders.carriage import Booking, Freight, Ride
from marketplace.api.orders.lines import Document, Line, Milestone, Payment
from marketplace.api.orders.terms import Excluded, PartyNamed, PriceBasis, TradeTerms
from marketplace.api.shared.answers import Amount, Answer, Instant
from marketplace.api.shared.standing import CardDispute, MoneyAnswer
from marketplace.edge.acts.approvals import Approval
from marketplace.edge.acts.orders import OrderSeen
from marketplace.kernel.money import Money
from marketplace.logistics.queries.bookings import BookingRow
from marketplace.orders.claims.queries import ClaimRow
from marketplace.orders.purchases.queries import PurchaseRow
from marketplace.orders.queries.orders import OrderRow
from marketplace.orders.rules.cancelling import TOGETHER, alone
from marketplace.payments.queries.cards import RefundRow


class OrderInList(Answer):
    """An order in a list; ``total`` is as placed, ``agreed_total`` what is to be paid: less ``credit``, with changes.

    ``credit`` is what samples bought before took off it; ``by_courier`` goods ride on no lorry, nor do those
    of a ``centre_id``, which are fetched there; ``is_domestic``: nothing is imported by it.
    """

    id: UUID
    reference: str
    group_id: UUID
    side: Literal["buyer", "merchant", "seller"]
    buyer_id: UUID
    merchant_id: UUID
    kind: str
    by_courier: bool
    centre_id: UUID | None
    is_domestic: bool
    state: str
    total: Amount
    credit: Amount
    agreed_total: Amount
    price_basis: PriceBasis
    plan: str
    rail: str
    settlement_mode: str
    purchase_order_number: str
    placed_at: Instant

    @classmethod
    def of(cls, row: OrderRow, company_id: UUID) -> "OrderInList":
        """Write an order for one of its sides."""
        return cls(**_facts(row, row.side_of(company_id)))


class BackOf(Answer):
    """What of a payment would go back: to its card, or owed from bank to bank."""

    payment_id: UUID
    amount: Amount


class Ending(Answer):
    """How far an order is, which side may end it alone now, and whether both together still may."""

    stage: str
    alone: list[Literal["buyer", "merchant"]]
    together: bool


class ClaimAbout(Answer):
    """A claim about a line that the reader's company makes or answers: in full at ``/claims/{id}``."""

    id: UUID
    reference: str
    order_line_id: UUID
    reason: str
    quantity: int
    state: str

    @classmethod
    def of(cls, row: ClaimRow) -> "ClaimAbout":
        """Write a claim in short."""
        return cls(
            id=row.id,
            reference=row.reference,
            order_line_id=row.line_id,
            reason=str(row.reason),
            quantity=row.quantity,
            state=str(row.state),
        )


class Refund(Answer):
    """Money of the goods that goes back to the card: ``asked``, ``done``, or ``failed`` and sent another way."""

    id: UUID
    amount: Amount
    state: str
    asked_at: Instant

    @classmethod
    def of(cls, row: RefundRow) -> "Refund":
        """Write a refund."""
        return cls(id=row.id, amount=Amount.of(row.amount), state=str(row.state), asked_at=row.created_at)


class PlacedFor(Answer):
    """The unit of the buyer that an order was placed for, and its cost centre."""

    id: UUID
    name: str
    cost_centre: str


class Approver(Answer):
    """Somebody of the buyer who approved; an erased person has no name."""

    person_id: UUID
    name: str
    decided_at: Instant


class Approved(Answer):
    """The case by which an order was approved inside the buyer's company: of goods and freight up to ``covers``.

    ``whole`` is what they come to once goods were added, empty before; ``outgrown``: that is more than it covers, and
    no approval was asked for it.
    """

    id: UUID
    reference: str
    by: list[Approver]
    covers: list[Amount]
    whole: list[Amount]
    outgrown: bool

    @classmethod
    def of(cls, approval: Approval | None) -> "Approved | None":
        """Write an approval."""
        if approval is None:
            return None
        by = [Approver(person_id=person, name=name, decided_at=at) for person, name, at in approval.by]
        covers = [Amount.of(amount) for amount in approval.covers]
        whole = [Amount.of(amount) for amount in approval.whole]
        return cls(
            id=approval.case_id,
            reference=approval.reference,
            by=by,
            covers=covers,
            whole=whole,
            outgrown=approval.is_outgrown,
        )


class BoughtBy(Answer):
    """The contract by which the operator's trading company buys of a merchant what it sells on by an order."""

    id: UUID
    reference: str
    trader_id: UUID
    margin_basis_points: int
    agreed_total: Amount
    words: str

    @classmethod
    def of(cls, row: PurchaseRow | None) -> "BoughtBy | None":
        """Write a purchase."""
        if row is None:
            return None
        return cls(
            id=row.id,
            reference=row.reference,
            trader_id=row.trader_id,
            margin_basis_points=row.margin.basis_points,
            agreed_total=Amount.of(row.agreed_amount),
            words=row.words,
        )


class GoesBack(Answer):
    """Goods of a line that go back by lorry: for which claim, how far they are, by which booking."""

    claim_id: UUID
    claim: str
    order_line_id: UUID
    quantity: int
    way: str
    booking_id: UUID | None
    booking: str | None
    departure: str | None

    @classmethod
    def of(cls, claim: ClaimRow, booking: BookingRow | None) -> "GoesBack":
        """Write goods that go back."""
        return cls(
            claim_id=claim.id,
            claim=claim.reference,
            order_line_id=claim.line_id,
            quantity=claim.quantity,
            way=str(claim.way),
            booking_id=booking.id if booking else None,
            booking=booking.reference if booking else None,
            departure=booking.departure_reference if booking else None,
        )


class Order(OrderInList):
    """An order with everything this side may see; its buyer may cancel it as late from ``late_from`` on.

    ``seller`` is whom the buyer's contract is with: the merchant, or the operator's trading company (``buy_sell``).
    Then the merchant sees its own contract with that (``purchase``), at its own prices, and the buyer nothing of it;
    the trading company (side ``seller``) reads both, and acts on neither here.

    ``goes_back`` is what would go back of each payment if the order ended now: what went back before, or is owed back
    already, is no part of it. Nothing where it cannot be ended any more.

    ``unit`` and ``approval`` are the buyer's own business: null to the merchant, and where there is none.
    """

    buyer: str
    merchant: str
    seller_id: UUID
    seller: str
    purchase: BoughtBy | None
    destination: str
    trade_model: str
    importer_of_record: UUID
    trade_terms: TradeTerms
    parties: list[PartyNamed]
    cost_centre_on_papers: str
    unit: PlacedFor | None
    approval: Approved | None
    fx: dict[str, str] | None
    confirm_by: Instant
    buyer_verified: bool
    proforma_ends_at: Instant | None
    confirmed_at: Instant | None
    secured_at: Instant | None
    cancel_reason: str | None
    ending: Ending
    goes_back: list[BackOf]
    late_from: Instant | None
    duty_and_tax: Excluded
    lines: list[Line]
    bookings: list[Booking]
    rides: list[Ride]
    returns: list[GoesBack]
    payments: list[Payment]
    milestones: list[Milestone]
    freight: list[Freight]
    documents: list[Document]
    inspections: list[Inspection]
    claims: list[ClaimAbout]
    refunds: list[Refund]
    local_method: str | None
    card_disputes: list[CardDispute]
    money: MoneyAnswer
    actions: list[str]

    @classmethod
    def seen(cls, seen: OrderSeen, goes_back: Mapping[UUID, Money]) -> "Order":
        """Write an order as one of its sides sees it; ``goes_back`` by payment, if it ended now."""
        row = seen.order
        importer = Excluded(included=False, paid_by=seen.companies[row.importer_id], role="importer_of_record")
        return cls(
            **_facts(row, seen.side),
            buyer=seen.companies[row.buyer_id],
            merchant=seen.companies[row.merchant_id],
            seller_id=row.seller_id,
            seller=seen.companies[row.seller_id],
            purchase=BoughtBy.of(seen.bought),
            destination=row.destination,
            trade_model=row.trade_model,
            importer_of_record=row.importer_id,
            trade_terms=TradeTerms.of(row),
            parties=[PartyNamed(company_id=company, **asdict(party)) for company, party in row.parties.items()],
            cost_centre_on_papers=row.cost_centre,
            unit=PlacedFor.model_validate(seen.unit) if seen.unit else None,
            approval=Approved.of(seen.approval),
            fx=row.fx if seen.side == "buyer" else None,
            confirm_by=row.confirm_by,
            buyer_verified=seen.is_buyer_verified,
            proforma_ends_at=row.proforma_ends_at,
            confirmed_at=row.confirmed_at,
            secured_at=row.secured_at,
            cancel_reason=str(row.cancel_reason) if row.cancel_reason else None,
            ending=Ending(
                stage=seen.stage,
                alone=list(alone(seen.stage, is_forfeit=seen.is_forfeit)),
                together=seen.stage in TOGETHER,
            ),
            goes_back=[BackOf(payment_id=key, amount=Amount.of(amount)) for key, amount in goes_back.items()],
            late_from=seen.late_from,
            duty_and_tax=importer,
            lines=[Line.of(line, seen) for line in seen.lines],
            bookings=[Booking.of(one, line.id) for line in seen.lines for one in seen.every_booking_of(line.id)],
            rides=[Ride.of(seen.rides[line.id]) for line in seen.lines if line.id in seen.rides],
            returns=[GoesBack.of(*one) for line in seen.lines for one in seen.returns.get(line.id, ())],
            payments=[Payment.of(one) for one in seen.payments],
            milestones=[Milestone.of(one) for one in seen.milestones],
            freight=[Freight.of(one, seen) for one in seen.freight],
            documents=[Document.of(one) for one in seen.documents],
            inspections=[Inspection.of(one) for line in seen.lines for one in seen.inspections.get(line.id, ())],
            claims=[ClaimAbout.of(one) for line in seen.lines for one in seen.claims.get(line.id, ())],
            refunds=[Refund.of(one) for one in seen.refunds],
            local_method=seen.local_method and str(seen.local_method),
            card_disputes=[CardDispute.of(one) for one in seen.card_disputes],
            money=MoneyAnswer.of(seen.money),
            actions=list(seen.acts),
        )


def _facts(row: OrderRow, side: str) -> dict[str, Any]:
    return {
        "id": row.id,
        "reference": row.reference,
        "group_id": row.group_id,
        "side": side,
        "buyer_id": row.buyer_id,
        "merchant_id": row.merchant_id,
        "kind": str(row.kind),
        "by_courier": row.by_courier,
        "centre_id": row.centre_id,
        "is_domestic": row.is_domestic,
        "state": str(row.state),
        "total": Amount.of(row.total),
        "credit": Amount.of(row.credit),
        "agreed_total": Amount.of(row.agreed_total),
        "price_basis": PriceBasis(incoterm=row.incoterm, place=row.place_code),
        "plan": str(row.plan),
        "rail": str(row.rail),
        "settlement_mode": str(row.mode),
        "purchase_order_number": row.purchase_order_number,
        "placed_at": row.placed_at,
    }
