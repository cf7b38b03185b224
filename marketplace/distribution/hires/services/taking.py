"""Let who fills a lorry take all of it."""

from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy.orm import Session

from marketplace.distribution import queries
from marketplace.distribution.costs.queries.revenue import RevenueRow, revenue
from marketplace.distribution.hires.rules.sharing import Stake, Why, shared
from marketplace.distribution.hires.services.writing import NewShare, write
from marketplace.distribution.models import LineBooking
from marketplace.distribution.queries import FreightRow
from marketplace.distribution.shares.services import line_of
from marketplace.kernel.actor import Actor
from marketplace.kernel.errors import Conflict
from marketplace.kernel.money import Money
from marketplace.kernel.quantity import Load
from marketplace.logistics.pricing.rules.terms import WholeLorry, from_json
from marketplace.logistics.pricing.services import whole
from marketplace.logistics.queries import departures
from marketplace.logistics.rules.states import BookingState
from marketplace.logistics.services.space import lapsing

_BOOKED: Final = (BookingState.CONFIRMED, BookingState.CARGO_RECEIVED)


def take(session: Session, *, departure_id: UUID, actor: Actor, now: datetime) -> UUID:
    """Take the whole of a departure on which one's company pays the freight of all that is booked; return what it is.

    Its price, as the tariff was frozen, is shared over the lines by what each was to pay, the largest remainders first;
    what they were to pay beyond is credited, later where their money is held up. Conflict ``nothing_booked`` where the
    company pays for nothing there, ``not_alone`` where somebody else has, or may get, anything on it,
    ``no_whole_lorry`` where the tariff has no price, ``whole_not_cheaper`` where the lines pay no more than that,
    ``not_confirmed`` while a booking is only held.
    """
    departures.departure(session, departure_id=departure_id, now=now)
    lapsing.lapse(session, departure_id=departure_id, now=now)
    rows = revenue(session, departure_ids=[departure_id])[departure_id]
    found = {row.contract_id: queries.by_id(session, contract_id=row.contract_id) for row in rows if row.contract_id}
    mine = {key for key, one in found.items() if one.payer_id == actor.company}
    if not mine:
        raise Conflict("nothing_booked", departure=departure_id)
    if any(row.contract_id not in mine for row in rows):
        raise Conflict("not_alone", departure=departure_id)
    if any(row.state not in _BOOKED for row in rows):
        raise Conflict("not_confirmed", departure=departure_id)
    terms = _terms([found[key] for key in mine], departure_id)
    asked = sum((row.agreed for row in rows if row.agreed), Money.zero(terms.price.currency))
    if asked <= terms.price:
        raise Conflict("whole_not_cheaper", departure=departure_id, whole=str(terms.price), now=str(asked))
    own = sum({row.booking_id: row.load for row in rows}.values(), Load())
    made = whole.keep(
        session, departure_id=departure_id, company_id=actor.company, own=own, terms=terms, actor=actor, now=now
    )
    stakes = _stakes(rows, found)
    parts = shared(terms.price, list(stakes.values()))
    first = {row.booking_id: row for row in reversed(rows)}
    news = [_new(session, first[key], found, stake, parts[key]) for key, stake in stakes.items()]
    write(session, hire_id=made, why=Why.TAKEN, price=terms.price, shares=news, now=now)
    return made


def _terms(contracts: list[FreightRow], departure_id: UUID) -> WholeLorry:
    """Return the dearest whole lorry that these contracts froze; Conflict where one of them knows none."""
    prices = [from_json(one.terms.get("pricing")).whole for one in contracts]
    known = [one for one in prices if one is not None]
    if len(known) < len(prices) or len({one.price.currency for one in known}) > 1:
        raise Conflict("no_whole_lorry", departure=departure_id)
    return max(known, key=lambda one: one.price.minor)


def _stakes(rows: tuple[RevenueRow, ...], found: dict[UUID, FreightRow]) -> dict[UUID, Stake]:
    """Return what each booking has on the lorry, under however many contracts."""
    minors: dict[UUID, int] = {}
    fixed: set[UUID] = set()
    for row in rows:
        minors[row.booking_id] = minors.get(row.booking_id, 0) + (row.agreed.minor if row.agreed else 0)
        if row.contract_id is not None and found[row.contract_id].claim_id is not None:
            fixed.add(row.booking_id)
    return {key: Stake(key, minor, minor, is_fixed=key in fixed) for key, minor in minors.items()}


def _new(session: Session, row: RevenueRow, found: dict[UUID, FreightRow], stake: Stake, share: Money) -> NewShare:
    contract = found[row.contract_id] if row.contract_id is not None else next(iter(found.values()))
    carried = session.get(LineBooking, row.booking_id)
    return NewShare(
        booking_id=row.booking_id,
        contract_id=contract.id,
        line_id=line_of(session, contract, row),
        quantity=carried.quantity if carried else None,
        weight_minor=stake.weight_minor,
        share=share,
    )
