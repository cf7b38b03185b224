"""A company's open money line by line: shares of milestones, read in portions however many they are."""

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final
from uuid import UUID
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlalchemy.orm import Session

from marketplace.accounts.queries import closures
from marketplace.accounts.rules.closures import Works
from marketplace.distribution.models import FreightContract
from marketplace.kernel.money import Money
from marketplace.logistics.models.departures import Booking, Departure
from marketplace.logistics.rules.states import CURRENT
from marketplace.orders.models import AcceptanceWindow, Order, OrderLine
from marketplace.payments.models.cards import CardCharge
from marketplace.payments.models.holds import CardHold
from marketplace.payments.models.plans import Milestone, Payment, PaymentTerms
from marketplace.payments.queries import agreed
from marketplace.payments.rules.paying import UNPAID
from marketplace.payments.rules.terms import MilestoneEvent, Mode, Rail, Subject, SubjectKind
from marketplace.reference.rules import WORKING_DAY_ENDS
from marketplace.reports.cash import rules
from marketplace.reports.cash.rules import Ahead, Basis, Side, Standing

PORTION: Final = 1_000


@dataclass(frozen=True, slots=True)
class ShareRow:
    """One line's share of a milestone that is not settled: whose, how much of it is open, who has it, until when.

    ``due_at`` is the moment it was asked for by, ``hold_until`` the provider's limit for what it holds; ``expected_at``
    is when its event is expected. A carrier is told no order.
    """

    milestone_id: UUID
    side: Side
    subject: Subject
    reference: str
    order_id: UUID | None
    purchase_order_number: str
    line_id: UUID
    sku: str
    titles: Mapping[str, str]
    source_locale: str
    event: MilestoneEvent
    mode: Mode
    standing: Standing
    amount: Money
    other_id: UUID
    payment_id: UUID | None
    payment_reference: str
    due_at: datetime | None
    hold_until: datetime | None
    expected_at: datetime | None
    basis: Basis
    is_frozen: bool

    @property
    def at(self) -> datetime | None:
        """The moment that it is asked for by, or expected at."""
        return self.due_at or self.expected_at

    @property
    def moves(self) -> bool:
        """Tell whether it is still to move for the company: what a provider holds of a payer's has moved."""
        return not (self.side is Side.OUT and self.standing is Standing.HELD)


def every_share(session: Session, *, company_id: UUID, currency: str | None, now: datetime) -> Iterator[ShareRow]:
    """Yield every share that is not settled and that a company pays or is paid, in portions of what is read at once."""
    mine = _mine(company_id, currency)
    after: tuple[sa.ColumnElement[bool], ...] = ()
    while found := _read(session, (*mine, *after)):
        yield from _rows(session, found, company_id=company_id, now=now)
        if len(found) < PORTION:
            return
        after = (Milestone.id > found[-1][0].id,)


def shares_of(
    session: Session, *, company_id: UUID, milestone_ids: Sequence[UUID], now: datetime
) -> tuple[ShareRow, ...]:
    """Return these shares of a company in this order; one that was settled meanwhile is left out."""
    mine, rows = _mine(company_id, None), dict[UUID, ShareRow]()
    for begins in range(0, len(milestone_ids), PORTION):
        portion = milestone_ids[begins : begins + PORTION]
        found = _read(session, (*mine, Milestone.id.in_(portion)))
        rows |= {row.milestone_id: row for row in _rows(session, found, company_id=company_id, now=now)}
    return tuple(rows[one] for one in milestone_ids if one in rows)


def _read(session: Session, where: Sequence[sa.ColumnElement[bool]]) -> Sequence[Any]:
    return session.execute(
        sa.select(
            Milestone, PaymentTerms, Payment, OrderLine, Order, FreightContract.order_id, AcceptanceWindow.ends_at
        )
        .join(PaymentTerms, _OF_TERMS)
        .outerjoin(Payment, Payment.id == Milestone.payment_id)
        .outerjoin(OrderLine, OrderLine.id == Milestone.line_id)
        .outerjoin(Order, Order.id == OrderLine.order_id)
        .outerjoin(FreightContract, FreightContract.id == Milestone.subject_id)
        .outerjoin(AcceptanceWindow, AcceptanceWindow.line_id == Milestone.line_id)
        .where(*where)
        .order_by(Milestone.id)
        .limit(PORTION)
    ).all()


def _rows(session: Session, found: Sequence[Any], *, company_id: UUID, now: datetime) -> tuple[ShareRow, ...]:
    lines, subjects = {row[0].line_id for row in found}, {row[0].subject_id for row in found}
    lorries = {row.subject: row for row in session.execute(_lorries(lines))}
    limits = {row.subject_id: row.hold_until for row in session.execute(_limits(subjects))}
    payers = {terms.payer_id for _, terms, *_ in found} | {order.merchant_id for *_, order, _, _ in found if order}
    calendars = closures.works_of(session, company_ids=payers, now=now)
    rows: list[ShareRow] = []
    for milestone, terms, payment, line, order, contracted, ends_at in found:
        ahead = _ahead(line, order, lorries.get(milestone.line_id), ends_at, calendars)
        row = _share(milestone, terms, payment, line, order, company_id, contracted)
        stage = agreed.plan_of(terms).stage(milestone.event)
        at, basis = None, Basis.DUE
        at_once = terms.rail is Rail.CARD or terms.subject_kind is SubjectKind.PURCHASE
        if row.standing in (Standing.PENDING, Standing.HELD) and stage is not None:
            at, basis = rules.expected(stage, ahead, at_once=at_once, payer=calendars[terms.payer_id])
        limit = limits.get(terms.subject_id) if row.standing is Standing.HELD else None
        rows.append(replace(row, expected_at=at, basis=basis, hold_until=limit))
    payments = {payment.id: payment for _, _, payment, *_ in found if payment is not None}
    return _opened(session, rows, payments)


_OF_TERMS: Final = sa.and_(
    PaymentTerms.subject_id == Milestone.subject_id, PaymentTerms.subject_kind == Milestone.subject_kind
)
_OPEN: Final = (Milestone.state.in_(rules.OPEN), Milestone.amount_minor > 0)


def _mine(company_id: UUID, currency: str | None) -> tuple[sa.ColumnElement[bool], ...]:
    party = sa.or_(PaymentTerms.payer_id == company_id, PaymentTerms.payee_id == company_id)
    found = (party, *_OPEN)
    return found if currency is None else (*found, Milestone.currency == currency)


def _lorries(lines: Collection[UUID]) -> sa.Select[*tuple[Any, ...]]:
    """The first cut-off and the last days of the lorries that lines ride on; a line can ride on several."""
    return (
        sa.select(
            Booking.subject,
            sa.func.min(Departure.cutoff_cargo_at).label("cutoff"),
            sa.func.max(Departure.border_eta).label("border"),
            sa.func.max(Departure.arrives_at).label("arrival"),
        )
        .join(Departure, Departure.id == Booking.departure_id)
        .where(Booking.subject.in_(lines), Booking.state.in_(CURRENT))
        .group_by(Booking.subject)
    )


def _limits(subjects: Collection[UUID]) -> sa.Select[*tuple[Any, ...]]:
    return (
        sa.select(CardCharge.subject_id, sa.func.min(CardHold.hold_until).label("hold_until"))
        .join(CardHold, CardHold.charge_id == CardCharge.id)
        .where(CardCharge.subject_id.in_(subjects))
        .group_by(CardCharge.subject_id)
    )


def _ahead(line: Any, order: Any, lorry: Any, ends_at: datetime | None, calendars: Mapping[UUID, Works]) -> Ahead:
    ready = None
    if line is not None and line.ready_date is not None:
        local = ZoneInfo(calendars[order.merchant_id].zone)
        ready = datetime.combine(line.ready_date, WORKING_DAY_ENDS, local)
    return Ahead(
        confirm_by=order.confirm_by if order is not None else None,
        ready=ready,
        cutoff=lorry.cutoff if lorry else None,
        border=lorry.border if lorry else None,
        arrival=lorry.arrival if lorry else None,
        acceptance=ends_at,
    )


def _share(
    milestone: Milestone, terms: PaymentTerms, payment: Any, line: Any, order: Any, company_id: UUID, contracted: Any
) -> ShareRow:
    pays = terms.payer_id == company_id
    # A carrier is told its own contract and not the order behind it, a merchant not what its goods are sold on by.
    sees_order = pays or terms.subject_kind is not SubjectKind.FREIGHT
    sees_number = sees_order and terms.subject_kind is not SubjectKind.PURCHASE
    return ShareRow(
        milestone_id=milestone.id,
        side=Side.OUT if pays else Side.IN,
        subject=Subject(terms.subject_kind, terms.subject_id),
        reference=terms.reference,
        order_id=(contracted or (order.id if order is not None else None)) if sees_order else None,
        purchase_order_number=order.purchase_order_number if order is not None and sees_number else "",
        line_id=milestone.line_id,
        sku=line.sku if line is not None else "",
        titles=line.titles if line is not None else {},
        source_locale=line.source_locale if line is not None else "",
        event=milestone.event,
        mode=terms.mode,
        standing=Standing(milestone.state.value),
        amount=Money(milestone.amount_minor, milestone.currency),
        other_id=terms.payee_id if pays else terms.payer_id,
        payment_id=payment.id if payment is not None else None,
        payment_reference=payment.reference if payment is not None else "",
        due_at=payment.due_at if payment is not None and payment.state in UNPAID else None,
        hold_until=None,
        expected_at=None,
        basis=Basis.DUE,
        is_frozen=milestone.dispute_id is not None,
    )


def _opened(session: Session, rows: Sequence[ShareRow], payments: Mapping[UUID, Payment]) -> tuple[ShareRow, ...]:
    """Take what has come for a payment off the shares that it was asked for, those of other portions among them."""
    asked = [one.id for one in payments.values() if one.state in UNPAID]
    of_payment: dict[UUID, list[tuple[UUID, Money]]] = defaultdict(list)
    found = (
        sa.select(Payment.id, Milestone.id, Milestone.amount_minor, Milestone.currency)
        .join(Milestone, Milestone.payment_id == Payment.id)
        .where(Payment.id.in_(asked), *_OPEN)
        .order_by(Milestone.id)
    )
    for payment_id, milestone_id, minor, currency in session.execute(found):
        of_payment[payment_id].append((milestone_id, Money(minor, currency)))
    left: dict[UUID, Money] = {}
    for payment_id, shared in of_payment.items():
        payment = payments[payment_id]
        outstanding = Money(payment.amount_minor - payment.paid_minor, payment.currency)
        parts = rules.open_parts(outstanding, [amount for _, amount in shared])
        left |= {milestone_id: part for (milestone_id, _), part in zip(shared, parts, strict=True)}
    return tuple(replace(row, amount=left.get(row.milestone_id, row.amount)) for row in rows)
