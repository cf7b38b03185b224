"""Read whole lorries: what each booking pays of their price, how that came about, and what must hold of it."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session, aliased

from marketplace.distribution.fees.models import BookingFee
from marketplace.distribution.fees.rules.terms import FeeKind
from marketplace.distribution.hires.models import HireRound, HireShare, HireWait
from marketplace.distribution.hires.rules.sharing import Why
from marketplace.distribution.models import FreightContract
from marketplace.kernel.checks import Breach, Promise, Promises
from marketplace.kernel.errors import NotFound
from marketplace.kernel.money import Money
from marketplace.kernel.pages import Page, decode_id, page_of
from marketplace.logistics.models.departures import Booking, Departure
from marketplace.logistics.models.network import Line
from marketplace.logistics.pricing.models import WholeLorry
from marketplace.logistics.rules.states import TAKING, DepartureState
from marketplace.orders.models import Order, OrderLine

PAGE: Final = 50


@dataclass(frozen=True, slots=True)
class ShareRow:
    """What one booking pays of a whole lorry's price; ``by_weight`` is what it would pay alone.

    One that is not ``is_aboard`` left the lorry and pays by weight on another. ``is_settled`` once what changed is
    billed or credited.
    """

    booking_id: UUID
    booking: str
    order_id: UUID
    order: str
    line_id: UUID
    sku: str
    to_place: str
    consignee_id: UUID
    by_weight: Money
    share: Money
    is_aboard: bool
    is_settled: bool


@dataclass(frozen=True, slots=True)
class RoundRow:
    """One sharing of the price."""

    number: int
    why: Why
    price: Money
    at: datetime
    shares: tuple[ShareRow, ...]


@dataclass(frozen=True, slots=True)
class HireRow:
    """A departure that one company hired whole; a started hour of waiting beyond the free ones costs ``waiting``."""

    id: UUID
    departure_id: UUID
    departure: str
    departure_state: DepartureState
    departs_at: datetime
    company_id: UUID
    carrier_id: UUID
    price: Money
    free_minutes: int
    waiting: Money
    taken_at: datetime
    ended_at: datetime | None


def of_company(session: Session, *, company_id: UUID, cursor: str | None = None) -> Page[HireRow]:
    """Return the whole lorries that a company hired or lets, the latest first."""
    return _page(session, sa.or_(WholeLorry.company_id == company_id, Line.carrier_company_id == company_id), cursor)


def every(session: Session, *, cursor: str | None = None) -> Page[HireRow]:
    """Return all whole lorries, the latest first, for the operator."""
    return _page(session, sa.true(), cursor)


def hire(session: Session, *, hire_id: UUID, company_id: UUID | None = None) -> HireRow:
    """Return a whole lorry that this company hired or lets, any for None; NotFound."""
    wanted = _HIRES.where(WholeLorry.id == hire_id)
    if company_id is not None:
        wanted = wanted.where(sa.or_(WholeLorry.company_id == company_id, Line.carrier_company_id == company_id))
    row = session.execute(wanted).one_or_none()
    if row is None:
        raise NotFound("whole_lorry")
    return _row(row)


def rounds(session: Session, *, hire_id: UUID) -> tuple[RoundRow, ...]:
    """Return how the price of a whole lorry was shared, the latest first."""
    found = session.scalars(
        sa.select(HireRound).where(HireRound.hire_id == hire_id).order_by(HireRound.number.desc())
    ).all()
    shares: dict[UUID, list[ShareRow]] = {one.id: [] for one in found}
    for row in session.execute(_SHARES.where(HireShare.round_id.in_(shares)).order_by(HireShare.booking_id)):
        shares[row.HireShare.round_id].append(_share(row))
    return tuple(
        RoundRow(one.number, one.why, Money(one.price_minor, one.currency), one.at, tuple(shares[one.id]))
        for one in found
    )


def last_round(session: Session, *, hire_id: UUID) -> HireRound | None:
    """Return the round of a whole lorry that counts; None for one whose price was never shared in rounds."""
    return session.scalars(
        sa.select(HireRound).where(HireRound.hire_id == hire_id).order_by(HireRound.number.desc()).limit(1)
    ).first()


def shares_in(session: Session, *, round_id: UUID) -> Sequence[HireShare]:
    """Return the shares of a round, by booking."""
    return session.scalars(
        sa.select(HireShare)
        .where(HireShare.round_id == round_id)
        .order_by(HireShare.booking_id)
        .execution_options(populate_existing=True)
    ).all()


def hire_with(session: Session, *, booking_id: UUID) -> UUID | None:
    """Return the whole lorry by whose last round a booking aboard pays.

    It may have been aboard the same departure under a hire that was undone before: what was shared last counts.
    """
    found = session.execute(
        sa.select(HireRound.hire_id, HireRound.number)
        .join(HireShare, HireShare.round_id == HireRound.id)
        .where(HireShare.booking_id == booking_id, HireShare.is_aboard)
        .order_by(HireRound.id.desc())
        .limit(1)
    ).one_or_none()
    if found is None:
        return None
    last = last_round(session, hire_id=found.hire_id)
    return found.hire_id if last is not None and last.number == found.number else None


def is_secured(session: Session, *, round_id: UUID) -> bool:
    """Tell whether every booking of a round was made good; one that is only held, or ended so, was not."""
    waits = (
        sa.select(Booking.id)
        .join(HireShare, HireShare.booking_id == Booking.id)
        .where(HireShare.round_id == round_id, HireShare.is_aboard, Booking.confirmed_at.is_(None))
    )
    return session.scalar(waits.limit(1)) is None


def live_on(session: Session, *, departure_id: UUID) -> UUID | None:
    """Return the whole lorry that a departure is, None where it is anybody's."""
    return session.scalar(
        sa.select(WholeLorry.id).where(WholeLorry.departure_id == departure_id, WholeLorry.ended_at.is_(None))
    )


def raised(session: Session, *, line_ids: Collection[UUID]) -> frozenset[UUID]:
    """Return the freight contracts that a higher share made: each is above another one of its line."""
    found = session.scalars(
        sa.select(HireShare.made_id).where(HireShare.line_id.in_(line_ids), HireShare.made_id.is_not(None))
    )
    return frozenset(each for each in found if each is not None)


def unsettled(session: Session) -> tuple[UUID, ...]:
    """Return the whole lorries whose last round changed what could not be billed or credited yet."""
    later = aliased(HireRound)
    found = session.scalars(
        sa.select(HireRound.hire_id)
        .join(HireShare, HireShare.round_id == HireRound.id)
        .join(Booking, Booking.id == HireShare.booking_id)
        .where(
            HireShare.settled_at.is_(None),
            Booking.state.in_(TAKING),
            ~sa.exists().where(later.hire_id == HireRound.hire_id, later.number > HireRound.number),
        )
        .order_by(HireRound.hire_id)
        .distinct()
    )
    return tuple(found)


@dataclass(frozen=True, slots=True)
class WaitRow:
    """How long a whole lorry was at a place, and what counts of it; no times where it did not wait for its hirer."""

    place_code: str
    is_loading: bool
    began_at: datetime | None
    ended_at: datetime | None
    minutes: int
    held_minutes: int


def waits(session: Session, *, hire_id: UUID) -> tuple[WaitRow, ...]:
    """Return how long a whole lorry waited at its hub and its places; nothing before it was unloaded at the last."""
    found = session.scalars(
        sa.select(HireWait)
        .where(HireWait.hire_id == hire_id)
        .order_by(HireWait.is_loading.desc(), HireWait.began_at, HireWait.place_code)
    )
    return tuple(
        WaitRow(one.place_code, one.is_loading, one.began_at, one.ended_at, one.minutes, one.held_minutes)
        for one in found
    )


def waiting_fee(session: Session, *, hire_id: UUID) -> UUID | None:
    """Return the fee for the waiting of a whole lorry; None where it cost nothing, or is not counted yet.

    That of another who hired the same departure later is not its own.
    """
    last = last_round(session, hire_id=hire_id)
    if last is None:
        return None
    aboard = sa.select(HireShare.booking_id).where(HireShare.round_id == last.id, HireShare.is_aboard)
    return session.scalar(
        sa.select(BookingFee.id).where(BookingFee.booking_id.in_(aboard), BookingFee.kind == FeeKind.WAITING)
    )


def uncounted(session: Session) -> tuple[UUID, ...]:
    """Return the whole lorries that are unloaded and whose waiting is not counted."""
    found = session.scalars(
        sa.select(WholeLorry.id)
        .join(Departure, Departure.id == WholeLorry.departure_id)
        .where(
            WholeLorry.ended_at.is_(None),
            Departure.state.in_((DepartureState.STRIPPED, DepartureState.SETTLED)),
            sa.exists().where(HireRound.hire_id == WholeLorry.id),
            ~sa.exists().where(HireWait.hire_id == WholeLorry.id),
        )
        .order_by(WholeLorry.id)
    )
    return tuple(found)


def breaches(session: Session) -> list[Breach]:
    """Return whole lorries whose shares do not sum to the price that they are of, or to more than was quoted."""
    return _PROMISES.breaches(session)


def _uneven() -> sa.Select[UUID]:
    return (
        sa.select(HireRound.hire_id)
        .join(HireShare, HireShare.round_id == HireRound.id)
        .where(HireShare.is_aboard)
        .group_by(HireRound.id, HireRound.hire_id, HireRound.price_minor)
        .having(sa.func.sum(HireShare.share_minor) != HireRound.price_minor)
    )


def _above() -> sa.Select[UUID]:
    return (
        sa.select(HireRound.hire_id)
        .join(WholeLorry, WholeLorry.id == HireRound.hire_id)
        .where(sa.or_(HireRound.price_minor > WholeLorry.price_minor, HireRound.currency != WholeLorry.currency))
    )


_PROMISES: Final = Promises(
    "1 whole lorry",
    Promise("whole_lorry", "its shares are not its price", _uneven),
    Promise("whole_lorry", "it costs more than was quoted", _above),
)


def _page(session: Session, where: sa.ColumnElement[bool], cursor: str | None) -> Page[HireRow]:
    wanted = _HIRES.where(where).order_by(WholeLorry.id.desc()).limit(PAGE + 1)
    if cursor:
        wanted = wanted.where(WholeLorry.id < decode_id(cursor))
    return page_of([_row(row) for row in session.execute(wanted)], PAGE, lambda row: (str(row.id),))


def _row(found: Any) -> HireRow:
    row = found.WholeLorry
    return HireRow(
        id=row.id,
        departure_id=row.departure_id,
        departure=found.reference,
        departure_state=found.state,
        departs_at=found.departs_at,
        company_id=row.company_id,
        carrier_id=found.carrier_company_id,
        price=Money(row.price_minor, row.currency),
        free_minutes=row.free_minutes,
        waiting=Money(row.waiting_minor, row.currency),
        taken_at=row.taken_at,
        ended_at=row.ended_at,
    )


def _share(found: Any) -> ShareRow:
    row = found.HireShare
    return ShareRow(
        booking_id=row.booking_id,
        booking=found.booking,
        order_id=found.order_id,
        order=found.order,
        line_id=row.line_id,
        sku=found.sku,
        to_place=found.to_place,
        consignee_id=found.consignee_company_id,
        by_weight=Money(row.weight_minor, found.currency),
        share=Money(row.share_minor, found.currency),
        is_aboard=row.is_aboard,
        is_settled=row.settled_at is not None,
    )


_HIRES: Final = (
    sa.select(WholeLorry, Departure.reference, Departure.state, Departure.departs_at, Line.carrier_company_id)
    .join(Departure, Departure.id == WholeLorry.departure_id)
    .join(Line, Line.id == Departure.line_id)
)
_SHARES: Final = (
    sa.select(
        HireShare,
        Booking.reference.label("booking"),
        Booking.to_place,
        Booking.consignee_company_id,
        FreightContract.order_id,
        FreightContract.currency,
        Order.reference.label("order"),
        OrderLine.sku,
    )
    .join(Booking, Booking.id == HireShare.booking_id)
    .join(FreightContract, FreightContract.id == HireShare.contract_id)
    .join(Order, Order.id == FreightContract.order_id)
    .join(OrderLine, OrderLine.id == HireShare.line_id)
)
