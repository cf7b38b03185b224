"""Days of readiness over the API: what was said and asked of them, what another means, and whether they stand."""

from datetime import date
from uuid import UUID

from flask import Blueprint
from sqlalchemy.orm import Session

from marketplace.accounts.rules.permissions import Permission
from marketplace.api.shared.answers import Answer, Instant, Items
from marketplace.api.shared.operations import operation
from marketplace.distribution.services.readying import Proposals
from marketplace.edge.acts import readiness as acts
from marketplace.edge.acts.readiness import DaySeen
from marketplace.edge.requests import orders as requests
from marketplace.edge.requests.payments import CursorQuery
from marketplace.kernel.errors import Refused
from marketplace.logistics.queries.options import OptionRow
from marketplace.orders.readiness.queries import AskRow, RiskRow, WordRow

api = Blueprint("api_readiness", __name__)


class Said(Answer):
    """A day that was named: ``confirmed``, or ``moved`` from another; ``reason`` where it became later."""

    word: str
    ready_date: date
    before: date | None
    reason: str | None
    at: Instant

    @classmethod
    def of(cls, row: WordRow) -> "Said":
        """Write what was said."""
        reason = row.reason.value if row.reason else None
        return cls(word=row.word.value, ready_date=row.day, before=row.before, reason=reason, at=row.at)


class Asked(Answer):
    """Whether a day stands, asked so many days before it: open, stands, moved, unanswered or over."""

    ready_date: date
    days_before: int
    state: str
    asked_at: Instant
    answer_by: Instant

    @classmethod
    def of(cls, row: AskRow) -> "Asked":
        """Write a question."""
        return cls(
            ready_date=row.day,
            days_before=row.days_before,
            state=row.state.value,
            asked_at=row.asked_at,
            answer_by=row.answer_by,
        )


class Readiness(Answer):
    """How sure the day of a line is: promised by the lead time, confirmed or moved by the merchant."""

    state: str
    ready_date: date | None
    promised: date | None
    is_at_risk: bool
    said: list[Said]
    asked: list[Asked]

    @classmethod
    def of(cls, seen: DaySeen) -> "Readiness":
        """Write it."""
        return cls(
            state=seen.row.standing.value,
            ready_date=seen.row.day,
            promised=seen.row.promised,
            is_at_risk=seen.row.is_at_risk,
            said=[Said.of(row) for row in seen.row.words],
            asked=[Asked.of(row) for row in seen.row.asks],
        )


class Proposed(Answer):
    """A departure that takes the goods then; their freight stays what was agreed."""

    departure_id: UUID
    reference: str
    departs_at: Instant
    arrives_at: Instant
    cutoff_cargo_at: Instant

    @classmethod
    def of(cls, row: OptionRow) -> "Proposed":
        """Write a departure."""
        return cls(
            departure_id=row.departure_id,
            reference=row.reference,
            departs_at=row.departs_at,
            arrives_at=row.arrives_at,
            cutoff_cargo_at=row.cutoff_cargo_at,
        )


class WhatThen(Answer):
    """What another day means: whether the lorry booked still takes the goods, and which others do."""

    stays: bool
    departure: str | None
    arrives_at: Instant | None
    items: list[Proposed]
    next: None = None

    @classmethod
    def of(cls, found: Proposals) -> "WhatThen":
        """Write it."""
        return cls(
            stays=found.stays,
            departure=found.booking.departure_reference if found.booking else None,
            arrives_at=found.booking.arrives_at if found.booking else None,
            items=[Proposed.of(row) for row in found.options],
        )


class AtRisk(Answer):
    """A line still to be made whose merchant did not say in time whether its day stands."""

    order_line_id: UUID
    order_id: UUID
    order: str
    position: int
    sku: str
    merchant_id: UUID
    ready_date: date | None
    asked_about: date
    days_before: int
    answer_by: Instant

    @classmethod
    def of(cls, row: RiskRow) -> "AtRisk":
        """Write it."""
        return cls(
            order_line_id=row.line_id,
            order_id=row.order_id,
            order=row.order_reference,
            position=row.position,
            sku=row.sku,
            merchant_id=row.merchant_id,
            ready_date=row.day,
            asked_about=row.asked_about,
            days_before=row.days_before,
            answer_by=row.answer_by,
        )


@api.get("/order-lines/<uuid:line_id>/ready-date")
@operation(answers={200: Readiness}, tag="orders", permission=Permission.TRADE_ORDER_READ)
def one(line_id: UUID) -> tuple[int, Readiness]:
    """Show what was said and asked of the day on which goods made to order are ready."""
    return 200, Readiness.of(acts.look(line_id))


@api.post("/order-lines/<uuid:line_id>/ready-date/confirmation")
@operation(answers={204: None}, tag="orders", permission=Permission.TRADE_ORDER_FULFIL, idempotent=True)
def stand(line_id: UUID, session: Session) -> tuple[int, None]:
    """Say that the day named stands."""
    acts.stand(session, line_id)
    return 204, None


@api.get("/order-lines/<uuid:line_id>/ready-date/departures")
@operation(answers={200: WhatThen}, tag="orders", permission=Permission.TRADE_ORDER_FULFIL, query=requests.OtherDay)
def what_then(line_id: UUID, query: requests.OtherDay) -> tuple[int, WhatThen]:
    """Say what another day means for the lorry, and which departures take the goods then."""
    if query.ready_date is None:
        raise Refused.field("ready_date", "required", "YYYY-MM-DD")
    return 200, WhatThen.of(acts.proposals(line_id, query.ready_date))


@api.get("/ready-dates")
@operation(
    answers={200: Items[AtRisk]}, tag="logistics", permission=Permission.LOGISTICS_DEPARTURE_OPERATE, query=CursorQuery
)
def at_risk(query: CursorQuery) -> tuple[int, Items[AtRisk]]:
    """List the lines whose ready date nobody confirmed when it was asked for."""
    page = acts.at_risk(query.cursor)
    return 200, Items[AtRisk](items=[AtRisk.of(row) for row in page.items], next=page.next)
