"""Hear what happens to bookings and charge by the published rules; what is owed is booked like freight."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from marketplace.audit import services as audit
from marketplace.distribution import queries as contracts
from marketplace.distribution.fees.events import FeeCharged
from marketplace.distribution.fees.models import BookingFee
from marketplace.distribution.fees.queries import terms
from marketplace.distribution.fees.queries.charged import Waited
from marketplace.distribution.fees.rules import terms as rules
from marketplace.distribution.fees.rules.states import FEE, PREFIX, FeeState
from marketplace.distribution.fees.rules.terms import FeeKind, FeeRule, Left, Side
from marketplace.distribution.handling.queries.surcharges import extra_contracts
from marketplace.distribution.hires.queries import raised
from marketplace.distribution.models import LineBooking
from marketplace.distribution.onward import queries as onward
from marketplace.distribution.queries import FreightLineRow, FreightRow
from marketplace.distribution.services.contracts import of_leg as contracts_of_leg
from marketplace.kernel import events
from marketplace.kernel.actor import SYSTEM, Actor
from marketplace.kernel.db import insert_if_new
from marketplace.kernel.errors import Conflict, NotFound
from marketplace.kernel.ids import new_id, new_reference
from marketplace.kernel.money import Money
from marketplace.logistics.events import BookingCancelled, BookingRolled, CargoReceived
from marketplace.logistics.queries import bookings as booking_queries
from marketplace.logistics.queries import cargo as cargo_queries
from marketplace.logistics.queries.bookings import BookingRow
from marketplace.merchants import queries as merchants
from marketplace.orders.queries import lines as line_queries
from marketplace.orders.queries import orders
from marketplace.payments.rules.plans import preset
from marketplace.payments.rules.terms import MilestoneEvent, Mode, PayeeAccount, Plan, Rail, Subject, SubjectKind
from marketplace.payments.services import plans
from marketplace.reference import queries as reference
from marketplace.reference.rules import Setting, local_day


def on_booking_rolled(session: Session, event: BookingRolled) -> None:
    """Charge a no-show: a confirmed booking that moves on after its cut-off because nothing of it is there.

    Of a second lorry likewise, where the first carrier has nothing of it either.
    """
    _left(session, event, rolled=True, cargo_on=event.new_booking_id)


def on_booking_cancelled(session: Session, event: BookingCancelled) -> None:
    """Charge a no-show, or a cancellation when it is free no longer."""
    _left(session, event, rolled=False, cargo_on=event.booking_id)


def on_cargo_received(session: Session, event: CargoReceived) -> None:
    """Charge cargo that came after the cut-off, whenever that was noted: once, however many lots come.

    Never of a second lorry: that it came late is the first one's doing, and not its owner's.
    """
    agreed = _agreed(session, event.booking_id, event.subject)
    if agreed is None or agreed.is_second:
        return
    booking, contract, line = agreed.booking, agreed.contract, agreed.line
    rule = _rule(session, FeeKind.LATE_CARGO, contract)
    if rule is not None and rules.is_late(rule, cutoff_at=booking.cutoff_cargo_at, at=event.happened_at):
        _charge(session, rule, booking, contract, line, reason="", happened_at=event.happened_at, now=event.at)


def settle_account(session: Session, *, fee_id: UUID, actor: Actor, now: datetime) -> None:
    """Charge a fee that waited for its carrier's account; Conflict ``no_payee`` while there is none."""
    found = locked(session, fee_id)
    FEE.apply(found.state, "charge")
    if not _bill(session, found, actor=actor, now=now):
        raise Conflict("no_payee", company=found.carrier_id, currency=found.currency)


def locked(session: Session, fee_id: UUID) -> BookingFee:
    """Return a fee, locked; NotFound."""
    found = session.scalars(
        sa.select(BookingFee).where(BookingFee.id == fee_id).with_for_update().execution_options(populate_existing=True)
    ).one_or_none()
    if found is None:
        raise NotFound("booking_fee")
    return found


def subject_of(fee_id: UUID) -> Subject:
    """Return as what payments know a fee: an amount for carriage, beside the freight itself."""
    return Subject(SubjectKind.FREIGHT, fee_id)


def _left(session: Session, event: BookingRolled | BookingCancelled, *, rolled: bool, cargo_on: UUID) -> None:
    agreed = _agreed(session, event.booking_id, event.subject)
    if agreed is None:
        return
    booking, contract, line = agreed.booking, agreed.contract, agreed.line
    ids = {event.booking_id, cargo_on, *(agreed.first if agreed.is_second else ())}
    no_show = _rule(session, FeeKind.NO_SHOW, contract)
    cancellation = _rule(session, FeeKind.CANCELLATION, contract)
    left = Left(
        reason=event.reason,
        rolled=rolled,
        is_confirmed=booking.confirmed_at is not None,
        has_cargo=bool(cargo_queries.received(session, booking_ids=ids)),
        cutoff_at=booking.cutoff_cargo_at,
        at=event.at,
    )
    kind = rules.kind_of(left, no_show=no_show, cancellation=cancellation)
    rule = {FeeKind.NO_SHOW: no_show, FeeKind.CANCELLATION: cancellation}.get(kind) if kind else None
    if rule is not None:
        _charge(session, rule, booking, contract, line, reason=event.reason, happened_at=event.at, now=event.at)


@dataclass(frozen=True, slots=True)
class _Agreed:
    """A booking of a line with what was agreed for it; ``first``: the bookings that bring a second one its goods."""

    booking: BookingRow
    contract: FreightRow
    line: FreightLineRow
    is_second: bool
    first: tuple[UUID, ...]


def _agreed(session: Session, booking_id: UUID, subject: UUID) -> _Agreed | None:
    """Return the booking of an order's line with what was agreed for its way; None for goods that go back."""
    if not terms.versions(session):
        return None
    ride = onward.of_subjects(session, subjects=[subject]).get(subject)
    if ride is None and session.get(LineBooking, booking_id) is None:
        return None
    line_id = subject if ride is None else ride.line_id
    order_id = line_queries.orders_of_lines(session, line_ids=[line_id]).get(line_id)
    if order_id is None:  # held, and no order came of it
        return None
    found = [
        (contract, line)
        for contract in contracts.contracts_of(session, order_ids=[order_id])[order_id]
        for line in contract.lines
        if contract.claim_id is None and line.line_id == line_id
    ]
    base_rows = contracts_of_leg(session, [row for row, _ in found], line_id=line_id, is_second=ride is not None)
    found = [pair for pair in found if pair[0] in base_rows]
    if not found:
        return None
    extra = extra_contracts(session, line_ids=[line_id]) | raised(session, line_ids=[line_id])
    base, first = next((pair for pair in reversed(found) if pair[0].id not in extra), found[-1])
    above = [line for contract, line in found if contract.id in extra and contract.id > base.id]
    amount = sum((line.amount for line in above), first.amount)
    line = replace(first, amount=amount, chargeable_g=max(one.chargeable_g for one in (first, *above)))
    first = booking_queries.bookings(session, subjects=[line_id]).get(line_id, ()) if ride else ()
    booking = booking_queries.booking(session, booking_id=booking_id)
    return _Agreed(booking, base, line, ride is not None, tuple(row.id for row in first))


def _rule(session: Session, kind: FeeKind, contract: FreightRow) -> FeeRule | None:
    """Return the rule that was published when the freight was agreed."""
    return rules.in_force(terms.versions(session), kind=kind, on=local_day("CN", contract.agreed_at))


def _charge(
    session: Session,
    rule: FeeRule,
    booking: BookingRow,
    contract: FreightRow,
    line: FreightLineRow,
    *,
    reason: str,
    happened_at: datetime,
    now: datetime,
) -> None:
    """Charge a booking once: again changes nothing, and a fee of nothing is none."""

    def convert(amount: Money) -> Money | None:
        rate = reference.fx(session, base=amount.currency, quote=line.amount.currency, on=now.date())
        return reference.convert(amount, rate) if rate else None

    amount = rules.fee(rule, freight=line.amount, grams=line.chargeable_g, convert=convert)
    if not amount:
        return
    order = orders.by_id(session, order_ids=[contract.order_id])[contract.order_id]
    side = rules.owed_by(rule.kind, incoterm=order.incoterm, reason=reason)
    _write(
        session,
        booking,
        contract,
        line,
        kind=rule.kind,
        amount=amount,
        payer_id=order.buyer_id if side is Side.BUYER else order.merchant_id,
        happened_at=happened_at,
        now=now,
        more={"rule_id": rule.id, "reason": reason},
    )


def charge_waiting(
    session: Session,
    *,
    booking: BookingRow,
    contract: FreightRow,
    line: FreightLineRow,
    amount: Money,
    waited: Waited,
    happened_at: datetime,
    now: datetime,
) -> None:
    """Charge whoever hired a whole lorry for its waiting, once, for the booking that stands for it."""
    _write(
        session,
        booking,
        contract,
        line,
        kind=FeeKind.WAITING,
        amount=amount,
        payer_id=contract.payer_id,
        happened_at=happened_at,
        now=now,
        more={
            "reason": "",
            "waited_minutes": waited.minutes,
            "free_minutes": waited.free_minutes,
            "hourly_minor": waited.hourly.minor,
        },
    )


def _write(
    session: Session,
    booking: BookingRow,
    contract: FreightRow,
    line: FreightLineRow,
    *,
    kind: FeeKind,
    amount: Money,
    payer_id: UUID,
    happened_at: datetime,
    now: datetime,
    more: Mapping[str, object],
) -> None:
    fee_id = new_id()
    is_new = insert_if_new(
        session,
        BookingFee,
        id=fee_id,
        reference=new_reference(PREFIX),
        kind=kind,
        booking_id=booking.id,
        departure_id=booking.departure_id,
        order_id=contract.order_id,
        line_id=line.line_id,
        contract_id=contract.id,
        payer_id=payer_id,
        carrier_id=contract.carrier_id,
        currency=amount.currency,
        amount_minor=amount.minor,
        freight_minor=line.amount.minor,
        chargeable_g=line.chargeable_g,
        cutoff_at=booking.cutoff_cargo_at,
        happened_at=happened_at,
        state=FeeState.WAITING,
        **more,
    )
    if is_new:
        found = locked(session, fee_id)
        facts = {"kind": str(kind), "rule": more.get("rule_id"), "minor": amount.minor, "currency": amount.currency}
        note(session, found, "note", facts, actor=SYSTEM, now=now)
        _bill(session, found, actor=SYSTEM, now=now)


def _bill(session: Session, fee: BookingFee, *, actor: Actor, now: datetime) -> bool:
    """Let a fee fall due by bank to the carrier's account of today; False where it has none in that currency."""
    payee = merchants.payee(session, company_id=fee.carrier_id, currency=fee.currency)
    if payee is None:
        return False
    days = reference.setting(session, Setting.PROFORMA_WORKING_DAYS, at=now)
    opening = plans.Opening(
        subject=subject_of(fee.id),
        reference=fee.reference,
        plan=preset(Plan.FREIGHT_HANDOVER_100, mode=Mode.DIRECT, days=days),
        mode=Mode.DIRECT,
        rail=Rail.BANK,
        payer_id=fee.payer_id,
        payee_id=fee.carrier_id,
        payee_account=PayeeAccount(**payee.as_json()),
        lines=((fee.line_id, Money(fee.amount_minor, fee.currency)),),
        deposit_due_at=None,
        commission_bp=0,
    )
    fee.state, fee.charged_at = FEE.apply(fee.state, "charge"), now
    session.flush()
    # Nobody chose to owe a fee: no limit of what a buyer may owe stops the lorry that it is charged by.
    plans.open_all(session, openings=[opening], actor=actor, now=now, within_limits=False)
    plans.fall_due(session, subject=opening.subject, event=MilestoneEvent.HANDED_OVER, line_ids=None, now=now)
    note(session, fee, "charge", {}, actor=actor, now=now)
    events.record(session, FeeCharged(at=now, fee_id=fee.id))
    return True


def note(session: Session, fee: BookingFee, act: str, facts: dict[str, object], *, actor: Actor, now: datetime) -> None:
    """Write what happened to a fee into the audit."""
    audit.record(
        session,
        actor=actor,
        action=f"booking_fee.{act}",
        subject="booking_fee",
        subject_id=fee.id,
        facts={"booking": fee.booking_id, **facts},
        now=now,
    )
