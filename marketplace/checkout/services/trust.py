"""Let nobody hold goods and lorries for nothing: who orders can be reached, and who is not verified holds little."""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy.orm import Session

from marketplace.accounts import queries as accounts
from marketplace.catalog.queries import shelf
from marketplace.checkout.rules.unverified import Bounds, Holding, check
from marketplace.kernel.actor import Actor
from marketplace.kernel.errors import Conflict
from marketplace.kernel.money import Money
from marketplace.merchants.queries import levels
from marketplace.orders.queries.unsecured import unsecured
from marketplace.orders.rules.placing import PlacedOrder
from marketplace.payments.rules.terms import Rail
from marketplace.reference import queries as reference
from marketplace.reference.rules import Setting


def check_reachable(session: Session, *, actor: Actor) -> None:
    """Refuse an order of somebody who never confirmed the e-mail or phone: Conflict ``contact_unconfirmed``."""
    if not accounts.get_person(session, person_id=actor.person).confirmed:
        raise Conflict("contact_unconfirmed")


def hold_until(session: Session, *, company_id: UUID, now: datetime) -> datetime | None:
    """Return until when goods are held without a deposit for a company that is not verified, None for one that is."""
    if levels.is_verified_buyer(session, company_id=company_id, now=now):
        return None
    return now + timedelta(hours=reference.setting(session, Setting.UNVERIFIED_HOLD_HOURS, at=now))


def check_bounds(session: Session, *, orders: Sequence[PlacedOrder], actor: Actor, now: datetime) -> None:
    """Refuse orders by bank that would hold more than a company may which is not verified; see ``rules.unverified``."""
    by_bank = [order for order in orders if order.rail is Rail.BANK and order.payable]
    if not by_bank or levels.is_verified_buyer(session, company_id=actor.company, now=now):
        return
    held = unsecured(session, buyer_id=actor.company)
    units = Counter(held.units)
    for order in by_bank:
        for line in order.lines:
            if line.from_stock and not order.centre_id:
                units[line.listing_id] += line.quantity
    most = reference.money_setting(session, Setting.UNVERIFIED_VALUE, at=now)
    bounds = Bounds(
        orders=reference.setting(session, Setting.UNVERIFIED_ORDERS, at=now),
        value=most,
        stock_percent=reference.setting(session, Setting.UNVERIFIED_STOCK_PERCENT, at=now),
    )
    amounts = [*held.amounts, *(order.payable for order in by_bank)]
    offers = shelf.offers(session, listing_ids=tuple(units), viewer=actor.company, now=now)
    stock = {key: (offer.available or 0) + held.units.get(key, 0) for key, offer in offers.items()}
    check(
        Holding(held.orders + len(by_bank), _sum_in(session, amounts, most.currency, now), units), bounds, stock=stock
    )


def _sum_in(session: Session, amounts: Sequence[Money], currency: str, now: datetime) -> Money:
    """Return the sum in one currency; an amount without a rate counts as nothing."""
    pairs = {(one.currency, currency) for one in amounts if one.currency != currency}
    rates = reference.fx_of(session, pairs=pairs, on=now.date()) if pairs else {}
    total = Money.zero(currency)
    for one in amounts:
        if one.currency == currency:
            total += one
        elif (rate := rates.get((one.currency, currency))) is not None:
            total += reference.convert(one, rate)
    return total
