"""What the API says of orders."""

from dataclasses import asdict
from typing import Any, Literal
from uuid import UUID

from marketplace.api.orders.lines import Booking, Document, Freight, Line, Milestone, Payment
from marketplace.api.orders.terms import Excluded, PartyNamed, PriceBasis, TradeTerms
from marketplace.api.shared.answers import Amount, Answer, Instant
from marketplace.api.shared.standing import MoneyAnswer
from marketplace.edge.acts.approvals import Approval
from marketplace.edge.acts.orders import OrderSeen
from marketplace.orders.queries.orders import OrderRow
from marketplace.orders.rules.cancelling import ALONE, TOGETHER


class OrderInList(Answer):
    """An order in a list; ``total`` is as placed, ``agreed_total`` what agreed changes made of it."""

    id: UUID
    reference: str
    group_id: UUID
    side: Literal["buyer", "merchant"]
    buyer_id: UUID
    merchant_id: UUID
    state: str
    total: Amount
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


class Ending(Answer):
    """How far an order is, which side may end it alone now, and whether both together still may."""

    stage: str
    alone: list[Literal["buyer", "merchant"]]
    together: bool


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
    """The case by which an order was approved inside the buyer's company."""

    id: UUID
    reference: str
    by: list[Approver]

    @classmethod
    def of(cls, approval: Approval | None) -> "Approved | None":
        """Write an approval."""
        if approval is None:
            return None
        by = [Approver(person_id=person, name=name, decided_at=at) for person, name, at in approval.by]
        return cls(id=approval.case_id, reference=approval.reference, by=by)


class Order(OrderInList):
    """An order with everything this side may see; its buyer may cancel it as late from ``late_from`` on.

    ``unit`` and ``approval`` are the buyer's own business: null to the merchant, and where there is none.
    """

    buyer: str
    merchant: str
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
    proforma_ends_at: Instant | None
    confirmed_at: Instant | None
    secured_at: Instant | None
    cancel_reason: str | None
    ending: Ending
    late_from: Instant | None
    duty_and_tax: Excluded
    lines: list[Line]
    bookings: list[Booking]
    payments: list[Payment]
    milestones: list[Milestone]
    freight: list[Freight]
    documents: list[Document]
    money: MoneyAnswer
    actions: list[str]

    @classmethod
    def seen(cls, seen: OrderSeen) -> "Order":
        """Write an order as one of its sides sees it."""
        row = seen.order
        importer = Excluded(included=False, paid_by=seen.companies[row.importer_id], role="importer_of_record")
        return cls(
            **_facts(row, seen.side),
            buyer=seen.companies[row.buyer_id],
            merchant=seen.companies[row.merchant_id],
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
            proforma_ends_at=row.proforma_ends_at,
            confirmed_at=row.confirmed_at,
            secured_at=row.secured_at,
            cancel_reason=str(row.cancel_reason) if row.cancel_reason else None,
            ending=Ending(stage=seen.stage, alone=list(ALONE[seen.stage]), together=seen.stage in TOGETHER),
            late_from=seen.late_from,
            duty_and_tax=importer,
            lines=[Line.of(line, seen) for line in seen.lines],
            bookings=[Booking.of(one) for line in seen.lines for one in seen.bookings.get(line.id, ())],
            payments=[Payment.of(one) for one in seen.payments],
            milestones=[Milestone.of(one) for one in seen.milestones],
            freight=[Freight.of(one, seen) for one in seen.freight],
            documents=[Document.of(one) for one in seen.documents],
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
        "state": str(row.state),
        "total": Amount.of(row.total),
        "agreed_total": Amount.of(row.agreed_total),
        "price_basis": PriceBasis(incoterm=row.incoterm, place=row.place_code),
        "plan": str(row.plan),
        "rail": str(row.rail),
        "settlement_mode": str(row.mode),
        "purchase_order_number": row.purchase_order_number,
        "placed_at": row.placed_at,
    }
