"""Read fees: those of a company, of an order or a departure, and what must hold of all."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from marketplace.distribution.fees.models import BookingFee, FeeRuleVersion, FeeWaiver
from marketplace.distribution.fees.rules.states import FeeState, WaiverCause
from marketplace.distribution.fees.rules.terms import FeeKind
from marketplace.distribution.models import FreightContract
from marketplace.kernel.errors import NotFound
from marketplace.kernel.money import Money
from marketplace.kernel.pages import Page, decode_id, page_of
from marketplace.logistics.models.departures import Booking, Departure
from marketplace.orders.models import Order, OrderLine
from marketplace.payments.models.plans import Payment
from marketplace.payments.rules.terms import SubjectKind

PAGE: Final = 50


@dataclass(frozen=True, slots=True)
class Waited:
    """How long a whole lorry waited, how much of that is free, and what a started hour beyond it costs."""

    minutes: int
    free_minutes: int
    hourly: Money


@dataclass(frozen=True, slots=True)
class FeeRow:
    """A fee with what it is for; ``freight`` and ``chargeable_g`` are what it was reckoned by."""

    id: UUID
    reference: str
    kind: FeeKind
    state: FeeState
    amount: Money
    freight: Money
    chargeable_g: int
    share_bp: int | None  # of the freight, None where it goes by weight
    minimum: Money | None
    is_fictitious: bool
    rule_id: UUID | None  # None for waiting
    waited: Waited | None
    booking_id: UUID
    booking: str
    departure_id: UUID
    departure: str
    order_id: UUID
    order: str
    line_id: UUID
    sku: str
    payer_id: UUID
    carrier_id: UUID
    reason: str
    cutoff_at: datetime
    happened_at: datetime
    charged_at: datetime | None
    waived_at: datetime | None
    waiver_cause: WaiverCause | None
    waiver_reason: str
    waiver_by: UUID | None
    payment_id: UUID | None  # what it is paid by, None before it fell due


def of_company(
    session: Session, *, company_id: UUID, order_id: UUID | None = None, cursor: str | None = None
) -> Page[FeeRow]:
    """Return the fees that a company owes or is owed, the latest first; of one order where it is named."""
    mine = sa.or_(BookingFee.payer_id == company_id, BookingFee.carrier_id == company_id)
    return _page(session, mine, *([BookingFee.order_id == order_id] if order_id else []), cursor=cursor)


def all_of(
    session: Session, *, state: FeeState | None = None, departure_id: UUID | None = None, cursor: str | None = None
) -> Page[FeeRow]:
    """Return all fees, the latest first, for the operator; those in a state or of a departure where it is named."""
    where = [] if state is None else [BookingFee.state == state]
    where += [] if departure_id is None else [BookingFee.departure_id == departure_id]
    return _page(session, *where, cursor=cursor)


def fee(session: Session, *, fee_id: UUID, company_id: UUID | None = None) -> FeeRow:
    """Return a fee that this company owes or is owed, any for None; NotFound."""
    wanted = _FEES.where(BookingFee.id == fee_id)
    if company_id is not None:
        wanted = wanted.where(sa.or_(BookingFee.payer_id == company_id, BookingFee.carrier_id == company_id))
    row = session.execute(wanted).one_or_none()
    if row is None:
        raise NotFound("booking_fee")
    return _row(row)


def waiting(session: Session) -> int:
    """Count the fees that wait for the operator: a second person, or a carrier's account."""
    states = (FeeState.WAITING, FeeState.WAIVER_ASKED)
    return int(session.scalar(sa.select(sa.func.count()).where(BookingFee.state.in_(states))) or 0)


def _page(session: Session, *where: sa.ColumnElement[bool], cursor: str | None) -> Page[FeeRow]:
    wanted = _FEES.where(*where).order_by(BookingFee.id.desc()).limit(PAGE + 1)
    if cursor:
        wanted = wanted.where(BookingFee.id < decode_id(cursor))
    return page_of([_row(row) for row in session.execute(wanted)], PAGE, lambda row: (str(row.id),))


def _waited(row: Any) -> Waited | None:
    if row.waited_minutes is None:
        return None
    return Waited(row.waited_minutes, row.free_minutes, Money(row.hourly_minor, row.currency))


def _row(found: Any) -> FeeRow:
    row = found.BookingFee
    return FeeRow(
        id=row.id,
        reference=row.reference,
        kind=row.kind,
        state=row.state,
        amount=Money(row.amount_minor, row.currency),
        freight=Money(row.freight_minor, found.freight_currency),
        chargeable_g=row.chargeable_g,
        share_bp=None if found.per_kg_micro is not None else found.share_bp,
        minimum=None if row.rule_id is None else Money(found.minimum_minor, found.rule_currency),
        is_fictitious=bool(found.is_fictitious),
        rule_id=row.rule_id,
        waited=_waited(row),
        booking_id=row.booking_id,
        booking=found.booking,
        departure_id=row.departure_id,
        departure=found.departure,
        order_id=row.order_id,
        order=found.order,
        line_id=row.line_id,
        sku=found.sku,
        payer_id=row.payer_id,
        carrier_id=row.carrier_id,
        reason=row.reason,
        cutoff_at=row.cutoff_at,
        happened_at=row.happened_at,
        charged_at=row.charged_at,
        waived_at=row.waived_at,
        waiver_cause=found.cause,
        waiver_reason=found.body or "",
        waiver_by=found.person_id,
        payment_id=found.payment_id,
    )


_FEES: Final = (
    sa.select(
        BookingFee,
        Booking.reference.label("booking"),
        Departure.reference.label("departure"),
        Order.reference.label("order"),
        OrderLine.sku,
        FreightContract.currency.label("freight_currency"),
        FeeRuleVersion.share_bp,
        FeeRuleVersion.per_kg_micro,
        FeeRuleVersion.minimum_minor,
        FeeRuleVersion.currency.label("rule_currency"),
        FeeRuleVersion.is_fictitious,
        FeeWaiver.cause,
        FeeWaiver.body,
        FeeWaiver.person_id,
        Payment.id.label("payment_id"),
    )
    .join(Booking, Booking.id == BookingFee.booking_id)
    .join(Departure, Departure.id == BookingFee.departure_id)
    .join(Order, Order.id == BookingFee.order_id)
    .join(OrderLine, OrderLine.id == BookingFee.line_id)
    .join(FreightContract, FreightContract.id == BookingFee.contract_id)
    .outerjoin(FeeRuleVersion, FeeRuleVersion.id == BookingFee.rule_id)
    .outerjoin(FeeWaiver, FeeWaiver.fee_id == BookingFee.id)
    .outerjoin(Payment, sa.and_(Payment.subject_id == BookingFee.id, Payment.subject_kind == SubjectKind.FREIGHT))
)
