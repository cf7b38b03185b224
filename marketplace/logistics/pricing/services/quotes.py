"""Give freight quotes, and hold who gave them to them."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy.orm import Session

from marketplace.kernel.actor import Actor
from marketplace.kernel.db import write
from marketplace.kernel.errors import Conflict, Refused
from marketplace.kernel.ids import new_id
from marketplace.kernel.quantity import Load
from marketplace.logistics.pricing.models import FreightQuote
from marketplace.logistics.pricing.queries import quotes as queries
from marketplace.logistics.pricing.queries.quotes import QuoteRow
from marketplace.logistics.queries import departures
from marketplace.logistics.rules.freight import Chargeable, components
from marketplace.logistics.services import freight
from marketplace.reference import queries as reference
from marketplace.reference.rules import Setting


def give(session: Session, *, actor: Actor, departure_id: UUID, to_place: str, load: Load, now: datetime) -> QuoteRow:
    """Quote the freight of a load on a departure to one's company, by the tariff of now; return the quote.

    It holds as long as the setting says, and no longer than the departure takes cargo. Conflict ``cutoff`` or
    ``departure_closed`` where that is over, ``not_served`` and ``no_tariff``.
    """
    departure = departures.departure(session, departure_id=departure_id, now=now)
    if not departure.is_bookable(now):
        raise Conflict("departure_closed", departure=departure_id, state=str(departure.shown_state(now)))
    if departure.stop_at(to_place) is None:
        raise Conflict("not_served", departure=departure_id, to=to_place)
    price = freight.price(session, departure_id=departure_id, to_place=to_place, load=load, now=now)
    hours = reference.setting(session, Setting.FREIGHT_QUOTE_HOURS, at=now)
    parts = components(Chargeable(price.chargeable_g, price.binding), price.rates)
    quote_id = new_id()
    row = {
        "id": quote_id,
        "company_id": actor.company,
        "departure_id": departure_id,
        "to_place": to_place,
        "tariff_id": price.tariff_id,
        "grams": load.grams,
        "cm3": load.cm3,
        "ldm_mm": load.ldm_mm,
        "pallets": load.pallets,
        "chargeable_g": price.chargeable_g,
        "binding": str(price.binding),
        "currency": price.amount.currency,
        "total_minor": price.amount.minor,
        "components": [[one.kind, one.amount.minor] for one in parts],
        "made_at": now,
        "expires_at": min(now + timedelta(hours=hours), departure.cutoff_cargo_at),
    }
    write(session, FreightQuote, [row])
    return queries.quote(session, company_id=actor.company, quote_id=quote_id)


def binding(session: Session, *, company_id: UUID, named: Mapping[UUID, UUID], now: datetime) -> dict[UUID, QuoteRow]:
    """Return the quotes that a company names for goods, by what it names them for; each still holds.

    Refused ``freight_quotes`` for one that it was not given. Conflict ``quote_expired`` tells for each that is over
    what was asked, and what the tariff of now asks, component by component.
    """
    found = queries.quotes(session, company_id=company_id, quote_ids=set(named.values()))
    for goods, quote_id in named.items():
        if quote_id not in found:
            raise Refused.field(f"freight_quotes.{goods}", "unknown", "a freight quote of the company")
    over = [row for row in found.values() if not row.holds(now)]
    if over:
        raise Conflict("quote_expired", changes=[_changed(session, row, now) for row in over])
    return {goods: found[quote_id] for goods, quote_id in named.items()}


def _changed(session: Session, row: QuoteRow, now: datetime) -> dict[str, object]:
    """Return what a quote said and what is asked now; null where nothing is quoted any more."""
    then = {one.kind: f"{one.amount.amount:f}" for one in row.components}
    said: dict[str, object] = {
        "quote": str(row.id),
        "expired_at": row.expires_at.isoformat(),
        "was": f"{row.total.amount:f}",
        "currency": row.total.currency,
    }
    try:
        price = freight.price(session, departure_id=row.departure_id, to_place=row.to_place, load=row.load, now=now)
    except Conflict:
        return {**said, "now": None, "components": []}
    parts = components(Chargeable(price.chargeable_g, price.binding), price.rates)
    asked = {one.kind: f"{one.amount.amount:f}" for one in parts}
    return {
        **said,
        "now": f"{price.amount.amount:f}",
        "now_currency": price.amount.currency,
        "components": [
            {"kind": kind, "was": then.get(kind), "now": asked.get(kind)}
            for kind in {**then, **asked}
            if then.get(kind) != asked.get(kind)
        ],
    }
