"""Share the price of a whole lorry anew when goods leave it, or fewer come."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from marketplace.distribution import queries as contracts
from marketplace.distribution.hires import queries
from marketplace.distribution.hires.models import HireShare
from marketplace.distribution.hires.rules.sharing import Stake, Why, elsewhere, is_by_road, shared, without
from marketplace.distribution.hires.services import undoing
from marketplace.distribution.hires.services.writing import NewShare, write
from marketplace.distribution.models import LineBooking
from marketplace.distribution.rules.freight import repriced
from marketplace.kernel.money import Money
from marketplace.logistics.events import BookingCancelled, BookingExpired, BookingRolled, DepartureSealed
from marketplace.logistics.queries import bookings as booking_queries
from marketplace.orders.events import LineLessened


def on_booking_rolled(session: Session, event: BookingRolled) -> None:
    """Share the price over what stays; goods that ride elsewhere pay by weight again, at most that by the road."""
    _left(session, event.booking_id, event.reason, event.at, became=event.new_booking_id)


def on_booking_cancelled(session: Session, event: BookingCancelled) -> None:
    """Share the price over what stays."""
    _left(session, event.booking_id, event.reason, event.at)


def on_booking_expired(session: Session, event: BookingExpired) -> None:
    """Undo a whole lorry one of whose holds ended before all were made good."""
    hire_id = queries.hire_with(session, booking_id=event.booking_id)
    if hire_id is not None:
        undoing.undo(session, hire_id=hire_id, now=event.at)


def on_line_lessened(session: Session, event: LineLessened) -> None:
    """Share the price by what is left of a line that both sides agreed to lessen."""
    rows = booking_queries.bookings(session, subjects=[event.line_id]).get(event.line_id)
    hire_id = queries.hire_with(session, booking_id=rows[-1].id) if rows else None
    if hire_id is not None:
        _smaller(session, hire_id, event.at)


def on_departure_sealed(session: Session, event: DepartureSealed) -> None:
    """Share the price by what came, where fewer units did than were booked."""
    hire_id = queries.live_on(session, departure_id=event.departure_id)
    if hire_id is not None:
        _smaller(session, hire_id, event.at)


def _left(session: Session, booking_id: UUID, reason: str, now: datetime, *, became: UUID | None = None) -> None:
    hire_id = queries.hire_with(session, booking_id=booking_id)
    last = queries.last_round(session, hire_id=hire_id) if hire_id is not None else None
    if hire_id is None or last is None:
        return
    by_road = is_by_road(reason)
    if not by_road and not queries.is_secured(session, round_id=last.id):
        undoing.undo(session, hire_id=hire_id, now=now, left=booking_id, became=became)
        return
    seen = queries.shares_in(session, round_id=last.id)
    found = {one.booking_id: one for one in seen if one.is_aboard}
    stakes = {key: _stake(session, one) for key, one in found.items()}
    price = Money(last.price_minor, last.currency)
    rest, parts = without(price, list(stakes.values()), stakes[booking_id], by_road=by_road)
    news = [_again(one, parts[key]) for key, one in found.items() if key != booking_id]
    pays = elsewhere(stakes[booking_id], by_road=by_road)
    if became is not None and pays is not None:
        news.append(_elsewhere(found[booking_id], became, Money(pays, last.currency)))
    news += _waiting(seen, last.currency)
    if news:
        write(session, hire_id=hire_id, why=Why.MOVED if by_road else Why.LEFT, price=rest, shares=news, now=now)


def _smaller(session: Session, hire_id: UUID, now: datetime) -> None:
    """Share anew by the loads of now where a booking has fewer units than when it was shared last."""
    last = queries.last_round(session, hire_id=hire_id)
    if last is None:
        return
    seen = queries.shares_in(session, round_id=last.id)
    found = [one for one in seen if one.is_aboard]
    units = {one.booking_id: _units(session, one) for one in found}
    if not any(one.quantity is not None and (units[one.booking_id] or 0) < one.quantity for one in found):
        return
    weights = {one.booking_id: _by_weight(session, one) for one in found}
    stakes = [replace(_stake(session, one), weight_minor=weights[one.booking_id]) for one in found]
    price = Money(last.price_minor, last.currency)
    parts = shared(price, stakes)
    news = [
        _again(one, parts[one.booking_id], weight=weights[one.booking_id], quantity=units[one.booking_id])
        for one in found
    ]
    news += _waiting(seen, last.currency)
    write(session, hire_id=hire_id, why=Why.SMALLER, price=price, shares=news, now=now)


def _stake(session: Session, one: HireShare) -> Stake:
    """Return what a booking has on a lorry; of those that are no line's own only goods that go back are fixed.

    The others are taken on from another lorry: their freight is like any.
    """
    is_fixed = one.quantity is None and contracts.by_id(session, contract_id=one.contract_id).claim_id is not None
    return Stake(one.booking_id, one.weight_minor, one.share_minor, is_fixed=is_fixed)


def _units(session: Session, one: HireShare) -> int | None:
    carried = session.get(LineBooking, one.booking_id, populate_existing=True)
    return carried.quantity if carried else None


def _by_weight(session: Session, one: HireShare) -> int:
    """Return what a booking would pay by weight for what it is now, by the figures that its contract froze."""
    terms = contracts.by_id(session, contract_id=one.contract_id).terms
    load = booking_queries.booking(session, booking_id=one.booking_id).load
    return repriced(terms, line_id=one.line_id, load=load).amount.minor


def _again(one: HireShare, share: Money, *, weight: int | None = None, quantity: int | None = None) -> NewShare:
    return NewShare(
        booking_id=one.booking_id,
        contract_id=one.contract_id,
        line_id=one.line_id,
        quantity=one.quantity if quantity is None else quantity,
        weight_minor=one.weight_minor if weight is None else weight,
        share=share,
    )


def _waiting(seen: Sequence[HireShare], currency: str) -> list[NewShare]:
    """Return what left in the round before and is not settled: only the last round of several is."""
    return [
        _elsewhere(one, one.booking_id, Money(one.share_minor, currency))
        for one in seen
        if not one.is_aboard and one.settled_at is None
    ]


def _elsewhere(one: HireShare, became: UUID, share: Money) -> NewShare:
    """Return what goods pay that ride on another lorry."""
    return NewShare(
        booking_id=became,
        contract_id=one.contract_id,
        line_id=one.line_id,
        quantity=one.quantity,
        weight_minor=one.weight_minor,
        share=share,
        is_aboard=False,
    )
