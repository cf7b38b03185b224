"""Read whose the costs of holds are: of a company, of an order or a departure."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from marketplace.distribution.costs.models import CostItem
from marketplace.distribution.costs.rules.causes import Bearer
from marketplace.distribution.costs.rules.planning import CostKind
from marketplace.distribution.fees.rules.states import FeeState, WaiverCause
from marketplace.distribution.holds.models import HoldCase, HoldCost, HoldSetOff, HoldShare, HoldWaiver
from marketplace.distribution.holds.rules.bearing import Act
from marketplace.kernel.errors import NotFound
from marketplace.kernel.money import Money
from marketplace.kernel.pages import Page, decode_id, page_of
from marketplace.logistics.models.departures import Booking, Departure
from marketplace.logistics.rules.states import HoldCause
from marketplace.orders.models import Order, OrderLine
from marketplace.payments.models.plans import Payment
from marketplace.payments.rules.terms import SubjectKind

PAGE: Final = 50


@dataclass(frozen=True, slots=True)
class ShareRow:
    """A share of a cost of a hold: what the cost was, whose the share is, and where it stands."""

    id: UUID
    reference: str
    item_id: UUID
    case_id: UUID
    cause: HoldCause
    act: Act
    kind: CostKind
    cost: Money  # the whole of which it is a share
    amount: Money
    bearer: Bearer
    departure_id: UUID
    departure: str
    booking: str | None
    order_id: UUID | None
    order: str | None
    sku: str | None
    payer_id: UUID | None
    carrier_id: UUID | None
    state: FeeState | None
    set_off: Money  # what of a carrier's was taken off its invoices
    began_at: datetime
    ended_at: datetime | None
    charged_at: datetime | None
    waived_at: datetime | None
    voided_at: datetime | None
    waiver_cause: WaiverCause | None
    waiver_reason: str
    waiver_by: UUID | None
    payment_id: UUID | None


def of_company(
    session: Session, *, company_id: UUID, order_id: UUID | None = None, cursor: str | None = None
) -> Page[ShareRow]:
    """Return the shares that a company owes, is owed or bears, the latest first; of one order where it is named."""
    mine = sa.or_(HoldShare.payer_id == company_id, HoldShare.carrier_id == company_id)
    return _page(session, mine, *([HoldShare.order_id == order_id] if order_id else []), cursor=cursor)


def all_of(
    session: Session, *, state: FeeState | None = None, departure_id: UUID | None = None, cursor: str | None = None
) -> Page[ShareRow]:
    """Return all shares, the latest first, for the operator; those in a state or of a departure where it is named."""
    where = [] if state is None else [HoldShare.state == state]
    where += [] if departure_id is None else [HoldShare.departure_id == departure_id]
    return _page(session, *where, cursor=cursor)


def of_departure(session: Session, *, departure_id: UUID) -> tuple[ShareRow, ...]:
    """Return the shares of the costs of a departure that count, the oldest first."""
    wanted = _SHARES.where(HoldShare.departure_id == departure_id, HoldShare.voided_at.is_(None))
    return tuple(_row(row) for row in session.execute(wanted.order_by(HoldShare.id)))


def share(session: Session, *, share_id: UUID, company_id: UUID | None = None) -> ShareRow:
    """Return a share that this company owes, is owed or bears, any for None; NotFound."""
    wanted = _SHARES.where(HoldShare.id == share_id)
    if company_id is not None:
        wanted = wanted.where(sa.or_(HoldShare.payer_id == company_id, HoldShare.carrier_id == company_id))
    row = session.execute(wanted).one_or_none()
    if row is None:
        raise NotFound("held_charge")
    return _row(row)


def _page(session: Session, *where: sa.ColumnElement[bool], cursor: str | None) -> Page[ShareRow]:
    wanted = _SHARES.where(*where).order_by(HoldShare.id.desc()).limit(PAGE + 1)
    if cursor:
        wanted = wanted.where(HoldShare.id < decode_id(cursor))
    return page_of([_row(row) for row in session.execute(wanted)], PAGE, lambda row: (str(row.id),))


_TAKEN: Final = (
    sa.select(sa.func.coalesce(sa.func.sum(HoldSetOff.minor), 0))
    .where(HoldSetOff.share_id == HoldShare.id)
    .scalar_subquery()
)
_SHARES: Final = (
    sa.select(
        HoldShare,
        HoldCost.act,
        HoldCost.case_id,
        HoldCase.cause,
        HoldCase.began_at,
        HoldCase.ended_at,
        CostItem.kind,
        CostItem.amount_minor.label("whole"),
        Departure.reference.label("departure"),
        Booking.reference.label("booking"),
        Order.reference.label("order"),
        OrderLine.sku,
        HoldWaiver.cause.label("waiver_cause"),
        HoldWaiver.body,
        HoldWaiver.person_id,
        Payment.id.label("payment_id"),
        _TAKEN.label("taken"),
    )
    .join(HoldCost, HoldCost.item_id == HoldShare.item_id)
    .join(HoldCase, HoldCase.id == HoldCost.case_id)
    .join(CostItem, CostItem.id == HoldShare.item_id)
    .join(Departure, Departure.id == HoldShare.departure_id)
    .outerjoin(Booking, Booking.id == HoldShare.booking_id)
    .outerjoin(Order, Order.id == HoldShare.order_id)
    .outerjoin(OrderLine, OrderLine.id == HoldShare.line_id)
    .outerjoin(HoldWaiver, HoldWaiver.share_id == HoldShare.id)
    .outerjoin(Payment, sa.and_(Payment.subject_id == HoldShare.id, Payment.subject_kind == SubjectKind.FREIGHT))
)


def _row(found: Any) -> ShareRow:
    row = found.HoldShare
    return ShareRow(
        id=row.id,
        reference=row.reference,
        item_id=row.item_id,
        case_id=found.case_id,
        cause=found.cause,
        act=found.act,
        kind=found.kind,
        cost=Money(found.whole, row.currency),
        amount=Money(row.amount_minor, row.currency),
        bearer=row.bearer,
        departure_id=row.departure_id,
        departure=found.departure,
        booking=found.booking,
        order_id=row.order_id,
        order=found.order,
        sku=found.sku,
        payer_id=row.payer_id,
        carrier_id=row.carrier_id,
        state=row.state,
        set_off=Money(int(found.taken), row.currency),
        began_at=found.began_at,
        ended_at=found.ended_at,
        charged_at=row.charged_at,
        waived_at=row.waived_at,
        voided_at=row.voided_at,
        waiver_cause=found.waiver_cause,
        waiver_reason=found.body or "",
        waiver_by=found.person_id,
        payment_id=found.payment_id,
    )
