"""Freight contracts and the bookings of order lines as rows, and the promises they must keep."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from marketplace.distribution.fees.models import BookingFee
from marketplace.distribution.holds.models import HoldShare
from marketplace.distribution.models import Discrepancy, FreightContract, FreightContractLine, LineBooking
from marketplace.distribution.onward.models import OnwardRide
from marketplace.distribution.rules.freight import ContractState
from marketplace.distribution.rules.handover import DiscrepancyState, Stage
from marketplace.kernel.checks import Breach, Promise, Promises
from marketplace.kernel.errors import NotFound
from marketplace.kernel.exports import rows
from marketplace.kernel.money import Money
from marketplace.logistics.models.departures import Booking
from marketplace.logistics.rules.states import AT_HUB, CURRENT, BookingState
from marketplace.orders.models import Claim, LinePart, Order, OrderLine
from marketplace.orders.rules.returning import WayBack
from marketplace.orders.rules.states import BEFORE_PACKING, LineState, OrderState
from marketplace.papers.rules.parts import Party
from marketplace.payments.models.payouts import Allowance
from marketplace.payments.rules.allowances import Why
from marketplace.payments.rules.terms import Mode, Rail, SubjectKind


@dataclass(frozen=True, slots=True)
class FreightLineRow:
    """The freight of one order line, less what it fell by; nothing for a line that is not carried after all."""

    line_id: UUID
    amount: Money
    chargeable_g: int
    binding: str


@dataclass(frozen=True, slots=True)
class FreightRow:
    """A freight contract."""

    id: UUID
    reference: str
    order_id: UUID
    payer_id: UUID
    carrier_id: UUID
    carrier: Party  # as it was called when this was agreed
    tariff_id: UUID
    terms: Mapping[str, Any]
    total: Money
    mode: Mode
    rail: Rail
    payee: dict[str, str] | None  # the carrier's account as agreed; None while a provider holds the money
    state: ContractState
    agreed_at: datetime
    lines: tuple[FreightLineRow, ...]
    claim_id: UUID | None  # for which claim its goods go back, None for the way of the order


@dataclass(frozen=True, slots=True)
class DiscrepancyRow:
    """Cartons that were declared, and those that were counted, whole and damaged."""

    id: UUID
    line_id: UUID
    booking_id: UUID
    stage: Stage
    declared_cartons: int
    counted_cartons: int
    damaged_cartons: int
    remarks: str
    state: DiscrepancyState
    opened_at: datetime


@dataclass(frozen=True, slots=True)
class UnbookedRow:
    """A line that no lorry takes any more."""

    line_id: UUID
    sku: str
    order_id: UUID
    order_reference: str


_GOES_ON: Final = (OrderState.PLACED, OrderState.CONFIRMED, OrderState.IN_FULFILMENT)


def contracts_of(session: Session, *, order_ids: Collection[UUID]) -> dict[UUID, tuple[FreightRow, ...]]:
    """Return the freight contracts of orders that were read before, those of goods that go back among them."""
    found = session.execute(_OF_ORDERS, {"orders": list(order_ids)}).all()
    lines = _lines(session, found)
    rows: dict[UUID, list[FreightRow]] = {order_id: [] for order_id in order_ids}
    for contract in found:
        rows[contract.order_id].append(contract_row(contract, lines.get(contract.id, ())))
    return {order_id: tuple(mine) for order_id, mine in rows.items()}


_OF_ORDERS: Final = (
    sa.select(FreightContract.__table__)
    .where(FreightContract.order_id.in_(sa.bindparam("orders", expanding=True)))
    .order_by(FreightContract.id)
)


def contracts_with(session: Session, *, line_id: UUID) -> tuple[UUID, ...]:
    """Return the contracts that carry a line to its buyer."""
    return tuple(
        session.scalars(
            sa.select(FreightContractLine.contract_id)
            .join(FreightContract, FreightContract.id == FreightContractLine.contract_id)
            .where(FreightContractLine.line_id == line_id, FreightContract.claim_id.is_(None))
            .order_by(FreightContractLine.contract_id)
        )
    )


def returning(session: Session, *, claim_ids: Collection[UUID]) -> dict[UUID, FreightRow]:
    """Return the latest contract under which the goods of each of these claims go back, by claim."""
    found = session.scalars(
        sa.select(FreightContract).where(FreightContract.claim_id.in_(claim_ids)).order_by(FreightContract.id)
    ).all()
    lines = _lines(session, found)
    return {one.claim_id: contract_row(one, lines.get(one.id, ())) for one in found if one.claim_id}


def orders_of(session: Session, *, contract_ids: Collection[UUID]) -> dict[UUID, UUID]:
    """Return the order whose goods each of these contracts carries, or which a fee or a held lorry is about."""
    kinds = (FreightContract, BookingFee, HoldShare)
    found = sa.union_all(
        *(sa.select(one.id, one.order_id).where(one.id.in_(contract_ids), one.order_id.is_not(None)) for one in kinds)
    )
    return {row.id: row.order_id for row in session.execute(found)}


def by_id(session: Session, *, contract_id: UUID) -> FreightRow:
    """Return a contract whoever it belongs to: for other parts of this feature, not for readers."""
    found = session.get_one(FreightContract, contract_id)
    return contract_row(found, _lines(session, [found]).get(found.id, ()))


def discrepancies(session: Session, *, line_ids: Collection[UUID]) -> dict[UUID, tuple[DiscrepancyRow, ...]]:
    """Return what was counted otherwise than declared, by line."""
    found: dict[UUID, list[DiscrepancyRow]] = {}
    for row in session.scalars(
        sa.select(Discrepancy).where(Discrepancy.line_id.in_(line_ids)).order_by(Discrepancy.id)
    ):
        found.setdefault(row.line_id, []).append(
            DiscrepancyRow(
                row.id,
                row.line_id,
                row.booking_id,
                row.stage,
                row.declared_cartons,
                row.counted_cartons,
                row.damaged_cartons,
                row.remarks,
                row.state,
                row.opened_at,
            )
        )
    return {line_id: tuple(rows) for line_id, rows in found.items()}


def contract(session: Session, *, company_id: UUID, contract_id: UUID) -> FreightRow:
    """Return a freight contract of which this company is payer or carrier; NotFound for any other."""
    found = session.scalars(
        sa.select(FreightContract).where(
            FreightContract.id == contract_id,
            sa.or_(FreightContract.payer_id == company_id, FreightContract.carrier_id == company_id),
        )
    ).one_or_none()
    if found is None:
        raise NotFound("freight_contract")
    return contract_row(found, _lines(session, [found]).get(found.id, ()))


def unbooked(session: Session) -> tuple[UnbookedRow, ...]:
    """Return the lines that lost their booking and still have goods to send, oldest order first."""
    carried = sa.exists().where(Booking.subject == OrderLine.id, Booking.state.in_(CURRENT))
    waiting = sa.exists().where(
        LinePart.line_id == OrderLine.id,
        LinePart.state.in_((*BEFORE_PACKING, LineState.PACKED, LineState.HANDED_OVER)),
    )
    rows = session.execute(
        sa.select(OrderLine.id, OrderLine.sku, Order.id, Order.reference)
        .join(Order, Order.id == OrderLine.order_id)
        .where(
            Order.secured_at.is_not(None),
            sa.or_(Order.state.in_(_GOES_ON), OrderLine.replaces_id.is_not(None)),
            # What a courier takes, or is fetched in a centre, has no booking to lose.
            Order.by_courier.is_(False),
            Order.centre_id.is_(None),
            waiting,
            ~carried,
        )
        .order_by(Order.id, OrderLine.position)
    )
    return tuple(UnbookedRow(*row) for row in rows)


def waiting(session: Session) -> int:
    """Count the lines that lost their booking."""
    return len(unbooked(session))


def unreceived(session: Session, *, now: datetime) -> tuple[UUID, ...]:
    """Return the bookings that arrived and were not counted in time."""
    return tuple(
        session.scalars(
            sa.select(Booking.id)
            .outerjoin(LineBooking, LineBooking.booking_id == Booking.id)
            .outerjoin(OnwardRide, OnwardRide.id == Booking.subject)
            .where(
                sa.or_(LineBooking.booking_id.is_not(None), OnwardRide.id.is_not(None)),
                Booking.state == BookingState.ARRIVED,
                Booking.receipt_due_at <= now,
            )
            .order_by(Booking.receipt_due_at, Booking.id)
        )
    )


def uncounted(session: Session, *, now: datetime) -> tuple[UUID, ...]:
    """Return the bookings of goods that went back, arrived, and were not counted in time."""
    return tuple(
        session.scalars(
            sa.select(Booking.id)
            .join(Claim, Claim.id == Booking.subject)
            .where(Booking.state == BookingState.ARRIVED, Booking.receipt_due_at <= now)
            .order_by(Booking.receipt_due_at, Booking.id)
        )
    )


def breaches(session: Session) -> list[Breach]:
    """Return contracts whose lines do not add up, lines without any booking, and lines booked beyond their goods."""
    return _PROMISES.breaches(session)


def of_person(session: Session, *, person_id: UUID) -> dict[str, list[dict[str, Any]]]:
    """Return a person's remarks on discrepancies for that person, earliest first."""
    wanted = (Discrepancy.id, Discrepancy.line_id, Discrepancy.stage, Discrepancy.remarks, Discrepancy.opened_at)
    mine = sa.select(*wanted).where(Discrepancy.remarked_by == person_id).order_by(Discrepancy.id)
    return {"discrepancy_remarks": rows(session, mine)}


def _uneven() -> sa.Select[UUID]:
    """Ask for contracts to which their lines do not add up."""
    per_contract = (
        sa.select(FreightContractLine.contract_id, sa.func.sum(FreightContractLine.amount_minor).label("total"))
        .group_by(FreightContractLine.contract_id)
        .subquery()
    )
    return (
        sa.select(FreightContract.id)
        .outerjoin(per_contract, per_contract.c.contract_id == FreightContract.id)
        .where(sa.func.coalesce(per_contract.c.total, 0) != FreightContract.total_minor)
    )


def _bare() -> sa.Select[UUID]:
    """Ask for lines without a lorry, or with one though a courier takes them or a centre hands them out."""
    return (
        sa.select(OrderLine.id)
        .join(Order, Order.id == OrderLine.order_id)
        .outerjoin(LineBooking, LineBooking.line_id == OrderLine.id)
        .where(LineBooking.booking_id.is_(None) != sa.or_(Order.by_courier, Order.centre_id.is_not(None)))
    )


def _lowered() -> sa.Select[UUID]:
    """Ask for contracts whose freight fell by something else than their lines', or than payer and carrier settle."""
    per_contract = (
        sa.select(FreightContractLine.contract_id, sa.func.sum(FreightContractLine.let_off_minor).label("minor"))
        .group_by(FreightContractLine.contract_id)
        .subquery()
    )
    allowed = (
        sa.select(Allowance.subject_id, sa.func.sum(Allowance.amount_minor).label("minor"))
        # What went back because a provider had held it for too long was not asked less for.
        .where(Allowance.subject_kind == SubjectKind.FREIGHT, Allowance.why.is_distinct_from(Why.HELD_TOO_LONG))
        .group_by(Allowance.subject_id)
        .subquery()
    )
    return (
        sa.select(FreightContract.id)
        .join(per_contract, per_contract.c.contract_id == FreightContract.id)
        .outerjoin(allowed, allowed.c.subject_id == FreightContract.id)
        .where(
            sa.or_(
                per_contract.c.minor != FreightContract.let_off_minor,
                sa.func.coalesce(allowed.c.minor, 0) != FreightContract.let_off_minor,
            )
        )
    )


def _overbooked() -> sa.Select[UUID]:
    """Ask for lines of which more is booked and cancelled together than was ordered; what left stays booked."""
    booked = (
        sa.select(LineBooking.line_id, sa.func.sum(LineBooking.quantity).label("units"))
        .join(Booking, Booking.id == LineBooking.booking_id)
        .where(Booking.state.in_(CURRENT))
        .group_by(LineBooking.line_id)
        .subquery()
    )
    ended = (
        sa.select(LinePart.line_id, sa.func.sum(LinePart.quantity).label("units"))
        .where(LinePart.state.in_((LineState.CANCELLED, LineState.REJECTED)))
        .group_by(LinePart.line_id)
        .subquery()
    )
    both = sa.func.coalesce(booked.c.units, 0) + sa.func.coalesce(ended.c.units, 0)
    return (
        sa.select(OrderLine.id)
        .outerjoin(booked, booked.c.line_id == OrderLine.id)
        .outerjoin(ended, ended.c.line_id == OrderLine.id)
        .where(both > OrderLine.quantity)
    )


def _riding_in_vain() -> sa.Select[UUID]:
    """Ask for claims whose goods have a lorry, or its freight, and shall not go back."""
    lost = Claim.way.in_((WayBack.GIVEN_UP, WayBack.STRANDED))
    booked = sa.exists().where(Booking.subject == Claim.id, Booking.state.in_(AT_HUB))
    return sa.select(Claim.id).where(sa.or_(Claim.way.is_(None), lost), sa.or_(booked, _return_is_agreed()))


def _left_behind() -> sa.Select[UUID]:
    """Ask for claims whose goods go back, and have no lorry or no freight."""
    aboard = sa.exists().where(Booking.subject == Claim.id, Booking.state.in_(CURRENT))
    waits = Claim.way.in_((WayBack.BOOKED, WayBack.HANDED_OVER))
    return sa.select(Claim.id).where(waits, sa.or_(~aboard, ~_return_is_agreed()))


def _return_is_agreed() -> sa.ColumnElement[bool]:
    return sa.exists().where(FreightContract.claim_id == Claim.id, FreightContract.state == ContractState.AGREED)


_PROMISES: Final = Promises(
    "8 line booking",
    Promise("freight_contract", "the lines do not add up to the contract", _uneven, "1 freight contract"),
    Promise("order_line", "no booking was made for the line, or it rides on no lorry", _bare),
    Promise("freight_contract", "its freight fell, but nobody settles that", _lowered, "1 freight contract"),
    Promise("order_line", "more is booked and cancelled than was ordered", _overbooked),
    Promise("claim", "room or freight is taken for goods that no lorry takes back", _riding_in_vain, "8 return"),
    Promise("claim", "its goods go back and have no room, or no freight is agreed", _left_behind, "8 return"),
)


def _lines(session: Session, contracts: Collection[Any]) -> dict[UUID, tuple[FreightLineRow, ...]]:
    currencies = {contract.id: contract.currency for contract in contracts}
    lines: dict[UUID, list[FreightLineRow]] = {}
    for line in session.execute(_CARRIED, {"contracts": list(currencies)}) if currencies else ():
        amount = Money(line.amount_minor - line.let_off_minor, currencies[line.contract_id])
        row = FreightLineRow(line.line_id, amount, line.chargeable_g, line.binding)
        lines.setdefault(line.contract_id, []).append(row)
    return {contract_id: tuple(rows) for contract_id, rows in lines.items()}


def contract_row(found: Any, lines: tuple[FreightLineRow, ...]) -> FreightRow:
    """Return the row of a contract."""
    return FreightRow(
        id=found.id,
        reference=found.reference,
        order_id=found.order_id,
        payer_id=found.payer_id,
        carrier_id=found.carrier_id,
        carrier=Party(**found.carrier),
        tariff_id=found.tariff_id,
        terms=found.terms,
        total=Money(found.total_minor - found.let_off_minor, found.currency),
        mode=found.mode,
        rail=found.rail,
        payee=found.payee,
        state=found.state,
        agreed_at=found.agreed_at,
        lines=lines,
        claim_id=found.claim_id,
    )


_CARRIED: Final = (
    sa.select(FreightContractLine.__table__)
    .where(FreightContractLine.contract_id.in_(sa.bindparam("contracts", expanding=True)))
    .order_by(FreightContractLine.line_id)
)
