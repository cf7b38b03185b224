"""Carts as they stand now, and checkout attempts, as rows."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from marketplace.accounts.rules import handovers
from marketplace.accounts.rules.closures import deadline
from marketplace.catalog.queries import shelf as catalog
from marketplace.catalog.rules.rows import OfferRow
from marketplace.checkout.models import CheckoutAttempt
from marketplace.checkout.queries import standing
from marketplace.checkout.queries.offered import Offered
from marketplace.checkout.queries.own import own
from marketplace.checkout.rules import plan as plans
from marketplace.checkout.rules.cart import Cart, CartLine, GoneLine, bundled, price_line, price_sample
from marketplace.checkout.rules.changes import missed, named
from marketplace.checkout.rules.changes import offered as shown_changes
from marketplace.checkout.rules.items import Item, destination_of
from marketplace.checkout.rules.obstacles import Barred
from marketplace.checkout.rules.options import Option
from marketplace.checkout.rules.plan import CheckoutPlan
from marketplace.checkout.rules.problems import Problem
from marketplace.checkout.rules.shipments import together
from marketplace.checkout.rules.states import OPEN, AttemptState, Outcome, is_at_work, refused
from marketplace.checkout.rules.ways import Way
from marketplace.checkout.rules.whole import taken
from marketplace.customs import queries as customs
from marketplace.customs.rules import Measure
from marketplace.distribution.centre_sales import queries as centre_sales
from marketplace.kernel.checks import Breach
from marketplace.kernel.errors import Conflict, DomainError, NotFound
from marketplace.kernel.exports import rows
from marketplace.logistics.pricing.queries.quotes import QuoteRow
from marketplace.orders.models import OrderGroup
from marketplace.orders.queries import carts
from marketplace.orders.queries.carts import CartRow
from marketplace.orders.rules.samples import PlacedSample
from marketplace.reference import queries as reference
from marketplace.reference.rules import Setting


@dataclass(frozen=True, slots=True)
class AttemptRow:
    """A checkout attempt with what it places."""

    id: UUID
    company_id: UUID
    person_id: UUID
    state: AttemptState
    plan: CheckoutPlan
    group_id: UUID
    return_url: str | None
    refusal: dict[str, Any] | None
    created_at: datetime
    expires_at: datetime
    is_settled: bool

    def is_at_work(self, now: datetime) -> bool:
        """Tell whether a request may be placing it just now."""
        return is_at_work(self.state, begun_at=self.created_at, now=now)


def cart(
    session: Session,
    *,
    company_id: UUID,
    person_id: UUID,
    now: datetime,
    destination: str | None = None,
    departures: Mapping[UUID, UUID] | None = None,
    kept: CartRow | None = None,
    sample: PlacedSample | None = None,
    quotes: Mapping[UUID, QuoteRow] | None = None,
    ways: Mapping[UUID, Way] | None = None,
    with_changes: bool = False,
    whole: Collection[UUID] = (),
) -> Cart:
    """Return a person's cart with prices, departures and freight; the number of queries does not depend on its lines.

    ``destination`` overrides the cart's own, ``departures`` chooses by listing; ``kept`` is the cart where the caller
    has read it. With ``sample`` it is of one line, which is that sample at its own price. ``quotes`` bind the freight
    of the goods that they are for, by listing; Conflict ``quote_differs`` for one that fits none of them. Credits that
    the person's own open checkouts took are free: who begins again ends them first. ``ways`` chooses ways with a change
    by listing; all of them are offered only ``with_changes``, for it takes some more questions. ``whole`` names
    departures that are taken whole; those that the person's own open checkouts hold whole are empty.
    """
    kept = kept or carts.cart_of(session, company_id=company_id, person_id=person_id)
    freed = _freed(session, kept, company_id, person_id)
    to = destination or kept.destination
    fetched = {line.listing_id: line.centre_id for line in kept.lines if line.centre_id is not None}
    lying = centre_sales.lying(session, wanted=fetched, now=now)
    items = [
        Item(
            listing_id=line.listing_id,
            quantity=line.quantity,
            currency=line.currency,
            incoterm=line.incoterm,
            place_code=line.place_code,
            had=tuple(replace(one, held_by=None) if one.held_by in freed else one for one in line.had),
            lying=lying.get(line.listing_id),
        )
        for line in kept.lines
    ]
    offers = catalog.offers(session, listing_ids=[item.listing_id for item in items], viewer=company_id, now=now)
    if sample is not None:  # what is made to order is made in the days of a sample
        offers = {key: replace(offer, lead_days=offer.lead_days and sample.lead_days) for key, offer in offers.items()}
    free = reference.free_days(session, countries={offer.country for offer in offers.values()}, now=now)
    ways, asks = ways or {}, with_changes or bool(ways)
    works = {listing_id: offer.works(free) for listing_id, offer in offers.items()}
    days = reference.setting(session, Setting.MERCHANT_CONFIRM_WORKING_DAYS, at=now)
    # Until when each merchant must have confirmed an order placed now.
    confirm_by = {listing_id: deadline(each, now, days) for listing_id, each in works.items()}
    offered = Offered.of(items, offers, to, works, confirm_by, now)
    options = offered.options(session)
    mine = own(
        session,
        items=[item for item in items if item.lying is None],
        offers=offers,
        options=options,
        company_id=company_id,
        person_id=person_id,
        of_sample=sample is not None,
        now=now,
    )
    offers = mine.stocked(offers)
    options = {key: tuple(mine.freed(option) for option in some) for key, some in options.items()}
    by_change = offered.changes(session, ways.keys() if not with_changes and ways else None) if asks else {}
    chosen = {**(departures or {})}
    for key, quote in (quotes or {}).items():
        options[key] = quoted(options.get(key, ()), quote, chosen.setdefault(key, quote.departure_id))
    barred = _barred(session, items, offers, to, now)

    def priced(item: Item) -> CartLine | GoneLine:
        key = item.listing_id
        if key not in offers or (key in fetched and item.lying is None):
            return GoneLine(item=item, problem=Problem("listing_gone", {}))
        seen: dict[str, Any] = {
            "destination": to,
            "confirm_by": confirm_by[key],
            "options": options.get(key, ()),
            "wanted_departure": chosen.get(key),
            "barred": barred.get(key),
        }
        if sample is not None:
            return price_sample(item, offers[key], sample, **seen)
        changes = by_change.get(key, ())
        line = price_line(item, offers[key], now=now, change=named(changes, ways.get(key)), **seen)
        if isinstance(line, GoneLine):
            return line
        line = replace(line, changes=shown_changes(changes, ways.get(key), directs=options.get(key, ())))
        return missed(line, ways[key]) if key in ways and line.change is None else line

    return together(taken(bundled(to, [priced(item) for item in items]), whole), (quotes or {}).keys())


def _freed(session: Session, kept: CartRow, company_id: UUID, person_id: UUID) -> frozenset[UUID]:
    """Return the orders of a person's open checkouts; nothing is asked where no credit of the cart's goods is held."""
    if not any(one.held_by for line in kept.lines for one in line.had):
        return frozenset()
    found = session.scalars(
        sa.select(CheckoutAttempt).where(
            CheckoutAttempt.company_id == company_id,
            CheckoutAttempt.person_id == person_id,
            CheckoutAttempt.state.in_(OPEN),
        )
    )
    return frozenset(order.id for one in found for order in plans.from_json(one.plan).group.orders)


def _barred(
    session: Session, items: Sequence[Item], offers: Mapping[UUID, OfferRow], to: str | None, now: datetime
) -> dict[UUID, Barred]:
    """Return the rules by which goods may not go where their lines go, by listing, in one question."""
    going = {
        item.listing_id: place
        for item in items
        if item.listing_id in offers
        and (place := item.lying.place_code if item.lying else destination_of(item.place_code, item.incoterm, to))
    }
    if not going:
        return {}
    countries = {place.code: place.country for place in reference.places(session)}
    # A place that is not known is refused elsewhere.
    goods = {key: (countries[place], offers[key].hs_code) for key, place in going.items() if place in countries}
    asked = customs.asked_of(session, goods=set(goods.values()), day=now.date())
    found: dict[UUID, Barred] = {}
    for listing_id, key in goods.items():
        bans = (row.rule for row in asked.get(key, ()) if row.rule.measure is Measure.PROHIBITED)
        if ban := next(bans, None):
            found[listing_id] = Barred(ban.country, ban.hs_prefix, ban.source, ban.source_url)
    return found


def attempt(session: Session, *, attempt_id: UUID, company_id: UUID | None = None) -> AttemptRow:
    """Return an attempt, of this company when one is given; NotFound."""
    found = session.get(CheckoutAttempt, attempt_id, populate_existing=True)
    if found is None or company_id not in (None, found.company_id):
        raise NotFound("checkout")
    return _attempt(found)


def outcome(session: Session, *, attempt_id: UUID, company_id: UUID) -> Outcome:
    """Return how a company's checkout stands, as far as is known here; NotFound, or the refusal that ended it.

    Nothing is asked of the provider: whoever has just paid may still be shown the page.
    """
    found = attempt(session, attempt_id=attempt_id, company_id=company_id)
    if found.state is AttemptState.ABANDONED:
        raise refusal(session, found)
    if found.state is AttemptState.ORDERED:
        return Outcome(found.id, found.state, group_id=found.group_id)
    payments = standing.payments_of(session, found.plan, is_over=False)
    page = next((one.page_url for one in payments if one.page_url), None)
    return Outcome(found.id, found.state, payment_url=page, payments=payments, pay_by=found.expires_at)


def refusal(session: Session, found: AttemptRow) -> DomainError:
    """Return the refusal that an abandoned attempt tells, with what became of money that was taken for it."""
    return refused(found.refusal or {}, standing.payments_of(session, found.plan, is_over=True))


@dataclass(frozen=True, slots=True)
class Begun:
    """What a person has begun of a cart: the attempt under this key, and the open checkouts, oldest first."""

    under_key: UUID | None
    open: tuple[AttemptRow, ...]

    def rivals(self, listing_ids: Collection[UUID], *, of_samples: bool) -> tuple[AttemptRow, ...]:
        """Return the open checkouts that claim some of these goods; a sample and a cart are no rivals."""
        alike = (row for row in self.open if row.plan.is_sample is of_samples)
        return tuple(row for row in alike if not set(listing_ids).isdisjoint(row.plan.listing_ids))


def begun(session: Session, *, company_id: UUID, person_id: UUID, key: str) -> Begun:
    """Return what stands in the way of a checkout under a key, in one question."""
    found = session.scalars(_BEGUN, {"company": company_id, "person": person_id, "key": key}).all()
    under_key = next((one.id for one in found if one.key == key), None)
    mine = (one for one in found if one.person_id == person_id and one.state in OPEN)
    return Begun(under_key, tuple(_attempt(one) for one in mine))


def listings_in_cart(session: Session, *, company_id: UUID, person_id: UUID) -> frozenset[UUID]:
    """Return what lies in a person's cart."""
    return frozenset(
        line.listing_id for line in carts.cart_of(session, company_id=company_id, person_id=person_id).lines
    )


def held(session: Session, company_id: UUID, person_id: UUID, _now: datetime) -> list[handovers.Item]:
    """Return the checkouts that a person has begun and not ended."""
    found = session.execute(
        sa.select(CheckoutAttempt.id, CheckoutAttempt.created_at).where(
            CheckoutAttempt.company_id == company_id,
            CheckoutAttempt.person_id == person_id,
            CheckoutAttempt.state.in_(OPEN),
        )
    )
    return [handovers.Item(handovers.Kind.CHECKOUT, row.id, row.created_at.date().isoformat()) for row in found]


def of_person(session: Session, *, person_id: UUID) -> dict[str, list[dict[str, Any]]]:
    """Return a person's checkouts for that person, earliest first."""
    wanted = (CheckoutAttempt.id, CheckoutAttempt.company_id, CheckoutAttempt.state, CheckoutAttempt.created_at)
    mine = sa.select(*wanted).where(CheckoutAttempt.person_id == person_id)
    return {"checkouts": rows(session, mine.order_by(CheckoutAttempt.created_at, CheckoutAttempt.id))}


_IS_OPEN: Final = sa.and_(CheckoutAttempt.person_id == sa.bindparam("person"), CheckoutAttempt.state.in_(OPEN))
_BEGUN: Final = (
    sa.select(CheckoutAttempt)
    .where(
        CheckoutAttempt.company_id == sa.bindparam("company"),
        sa.or_(CheckoutAttempt.key == sa.bindparam("key"), _IS_OPEN),
    )
    .order_by(CheckoutAttempt.id)
    .execution_options(populate_existing=True)
)


def _attempt(found: CheckoutAttempt) -> AttemptRow:
    return AttemptRow(
        id=found.id,
        company_id=found.company_id,
        person_id=found.person_id,
        state=found.state,
        plan=plans.from_json(found.plan),
        group_id=found.group_id,
        return_url=found.return_url,
        refusal=found.refusal,
        created_at=found.created_at,
        expires_at=found.expires_at,
        is_settled=found.settled_at is not None,
    )


def attempt_under(session: Session, *, company_id: UUID, key: str) -> UUID | None:
    """Return the attempt that a company made under a key."""
    return session.scalars(
        sa.select(CheckoutAttempt.id).where(CheckoutAttempt.company_id == company_id, CheckoutAttempt.key == key)
    ).one_or_none()


def unsettled(session: Session, *, before: datetime, now: datetime, limit: int = 100) -> tuple[UUID, ...]:
    """Return attempts begun before an instant whose charges have not all come to their end, oldest first.

    One that waits for its buyer is left out while there is time: news of its payment comes by event, and many of them
    would keep the others waiting.
    """
    has_news = sa.or_(CheckoutAttempt.state != AttemptState.AWAITING_PAYMENT, CheckoutAttempt.expires_at <= now)
    found = session.scalars(
        sa.select(CheckoutAttempt.id)
        .where(CheckoutAttempt.settled_at.is_(None), CheckoutAttempt.created_at <= before, has_news)
        .order_by(CheckoutAttempt.created_at)
        .limit(limit)
    )
    return tuple(found)


def breaches(session: Session) -> list[Breach]:
    """Return ordered attempts without their group, and groups whose attempt is not ordered."""
    both = sa.select(CheckoutAttempt.id, CheckoutAttempt.state, OrderGroup.id.label("group")).outerjoin(
        OrderGroup, OrderGroup.id == CheckoutAttempt.group_id
    )
    return [
        Breach("4 checkout", "checkout", row.id, f"is {row.state} {'with' if row.group else 'without'} orders")
        for row in session.execute(both)
        if (row.state is AttemptState.ORDERED) != (row.group is not None)
    ]


def quoted(options: Sequence[Option], quote: QuoteRow, departure_id: UUID) -> tuple[Option, ...]:
    """Return the options of a line with the freight that was quoted; Conflict ``quote_differs``."""
    fitting = [one for one in options if (one.departure_id, one.to_place) == (quote.departure_id, quote.to_place)]
    if not fitting or departure_id != quote.departure_id or fitting[0].load != quote.load:
        raise Conflict("quote_differs", quote=quote.id, departure=quote.departure)
    bound = replace(
        fitting[0],
        freight=quote.total,
        chargeable_g=quote.chargeable_g,
        binding=quote.binding,
        tariff_id=quote.tariff_id,
        made=None,
        whole=None,  # a quote binds its price by weight
    )
    return tuple(bound if one is fitting[0] else one for one in options)
