"""Acts on carts and checkouts, by whoever asks."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from uuid import UUID

from flask import current_app
from sqlalchemy.orm import Session

from marketplace.accounts import queries as accounts
from marketplace.accounts.queries import CompanyRow, UnitRow
from marketplace.accounts.queries.closures import local_day
from marketplace.accounts.rules.closures import Works
from marketplace.catalog.queries import shelf
from marketplace.catalog.rules.details.samples import SampleOffer
from marketplace.checkout import queries
from marketplace.checkout.flows import finishing, placing
from marketplace.checkout.queries import samples
from marketplace.checkout.queries.standing import payments_of as standing_of
from marketplace.checkout.rules.cart import Bundle, Cart
from marketplace.checkout.rules.problems import Problem
from marketplace.checkout.rules.standing import PaymentSeen
from marketplace.checkout.rules.states import AttemptState, Outcome
from marketplace.checkout.rules.ways import Way
from marketplace.checkout.services import collecting, trust
from marketplace.edge.acts.shares import ShareAhead, of_bundle
from marketplace.edge.identity import require_actor
from marketplace.edge.requests import checkout as requests
from marketplace.edge.requests.samples import SampleQuery
from marketplace.kernel import clock
from marketplace.kernel.db import in_unit_of_work, reading
from marketplace.kernel.errors import Conflict, NotFound
from marketplace.kernel.money import Money
from marketplace.merchants import queries as merchants
from marketplace.orders.rules.carts import Wish
from marketplace.orders.rules.samples import SampleWish
from marketplace.orders.rules.samples import Way as SampleWay
from marketplace.orders.services import carts
from marketplace.papers.rules import carriage_terms
from marketplace.payments.flows.card_calls import local_methods
from marketplace.payments.queries import credit as credit_queries
from marketplace.payments.queries import offers, trading
from marketplace.payments.queries.credit import CreditRow
from marketplace.payments.rules import credit as credit_rules
from marketplace.payments.rules.credit import Grant
from marketplace.payments.rules.local_methods import LocalMethod
from marketplace.payments.rules.plans import AgreedPlan, Offer, due_at, of_sample
from marketplace.payments.rules.terms import Rail
from marketplace.reference import queries as reference
from marketplace.reference.queries import FxRow, PlaceRow
from marketplace.reference.rules import CURRENCIES, Setting, zone_of


@dataclass(frozen=True, slots=True)
class Approximation:
    """An amount in the buyer's own currency, never charged, with where its rate comes from."""

    amount: Money
    rate: FxRow


@dataclass(frozen=True, slots=True)
class Whose:
    """Companies by name, and by whose clock moments are said."""

    names: Mapping[UUID, str]
    zone: str


@dataclass(frozen=True, slots=True)
class CreditSeen:
    """A credit of the buyer on the day that it is at its merchant's."""

    row: CreditRow
    grant: Grant
    today: date

    def refusal(self, plan: AgreedPlan, amount: Money) -> str | None:
        """Return why an order of this amount by this plan does not go on it, None when it does."""
        return credit_rules.refusal(
            self.grant,
            self.row.taken,
            plan=plan,
            amount=amount,
            today=self.today,
            refused_from=self.row.refused_from,
        )

    def refused(self, code: str) -> Conflict:
        """Return a reason as the refusal that the checkout would give."""
        return Conflict(code, left=str(self.row.left), days=self.grant.days, until=str(self.grant.until))


@dataclass(frozen=True, slots=True)
class CartSeen:
    """A cart with the names and rates it is shown with; ``importer`` pays duty and tax.

    While the buyer has an ``address_missing``, papers will say so.
    """

    cart: Cart
    importer: str
    address_missing: bool
    companies: Mapping[UUID, str]
    places: Mapping[str, PlaceRow]
    destinations: tuple[PlaceRow, ...]
    accounts: Mapping[UUID, frozenset[str]]
    own_currency: str | None
    units: tuple[UnitRow, ...]
    rates: Mapping[str, FxRow]
    plans: Mapping[UUID, tuple[Offer, ...]]
    credits: Mapping[tuple[UUID, str], CreditSeen]
    # Where the operator's trading company sells the goods of a merchant on: by merchant, its name.
    sellers: Mapping[UUID, str]
    house_currencies: frozenset[str]
    # How many working days a sample's buyer has to pay it: the house's, whatever plans its merchant offers.
    days: int
    # By whose calendar the buyer pays, and when it was looked at.
    payer: Works
    now: datetime
    # Until when goods are held without a deposit for a company that is not verified, None for one that is.
    hold_until: datetime | None

    @property
    def unit_options(self) -> list[tuple[UUID, str]]:
        """The units of the company as choices, with their cost centres."""
        return [(unit.id, " · ".join(filter(None, (unit.name, unit.cost_centre)))) for unit in self.units]

    def approximate(self, amount: Money) -> Approximation | None:
        """Return an amount in the buyer's own currency; None when it is in it, or no rate is known."""
        rate = self.rates.get(amount.currency)
        return None if rate is None else Approximation(reference.convert(amount, rate), rate)

    def ways(self, bundle: Bundle) -> tuple[tuple[Offer, Rail], ...]:
        """Return the plans of its merchant that a bundle can be paid by, each with a rail: by bank before by card.

        A sample is paid in full with its order, or costs nothing: then there is one way, and nothing to pay.
        """
        if bundle.lines[0].sample is not None:
            (offer,) = self._offers(bundle)
            if not bundle.goods:
                return ((offer, Rail.BANK),)
            return tuple((offer, rail) for rail in ((Rail.CARD,) if self.without_account(bundle) else tuple(Rail)))
        rails = (Rail.CARD,) if self.without_account(bundle) else (Rail.BANK, Rail.CARD)
        return tuple(
            (offer, rail)
            for rail in rails
            for offer in self.plans[bundle.merchant_id]
            if offer.takes(rail=rail, amount=bundle.goods) and self._has_credit(bundle, offer)
        )

    def local_methods(self, bundle: Bundle) -> tuple[LocalMethod, ...]:
        """Return by which local methods a bundle can be paid instead of by card."""
        return local_methods(bundle.goods) if bundle.goods else ()

    def sold_on_by(self, bundle: Bundle) -> str | None:
        """Return which company of the operator's a bundle can be bought of as well, None where it cannot."""
        mine = self.accounts.get(bundle.merchant_id, frozenset())
        return self.sellers.get(bundle.merchant_id) if bundle.currency in mine else None

    def ways_sold_on(self, bundle: Bundle) -> tuple[tuple[Offer, Rail], ...]:
        """Return the plans by which a bundle can be bought of the trading company, each with a rail."""
        if self.sold_on_by(bundle) is None:
            return ()
        if not bundle.goods:  # what is free is paid into no account
            return self.ways(bundle)
        carried = self.without_account(bundle) is None and bundle.currency in self.house_currencies
        rails = (Rail.BANK, Rail.CARD) if carried else (Rail.CARD,)
        return tuple(
            (offer, rail)
            for rail in rails
            for offer in self._offers(bundle)
            if offer.takes(rail=rail, amount=bundle.goods) and not offer.plan.credit
        )

    def shares(self, bundle: Bundle, plan: AgreedPlan, rail: Rail) -> tuple[ShareAhead, ...]:
        """Return what would be paid when by one of these ways."""
        return of_bundle(bundle, plan, rail, payer=self.payer, now=self.now)

    def deposit_due(self, bundle: Bundle) -> datetime | None:
        """Return until when a deposit by bank could be paid, whenever the lorry leaves; None where none is due."""
        ways = (*self.ways(bundle), *self.ways_sold_on(bundle))
        stages = [offer.plan.stages[0] for offer, rail in ways if rail is Rail.BANK and offer.plan.has_deposit]
        dues = [due_at(stage, self.payer, self.now) for stage in stages]
        return max((min(due, self.hold_until or due) for due in dues), default=None)

    def _offers(self, bundle: Bundle) -> tuple[Offer, ...]:
        """Return the plans of a bundle's merchant; a sample has one of its own."""
        if bundle.lines[0].sample is not None:
            return (Offer(plan=of_sample(bundle.goods, days=self.days), rails=tuple(Rail), default=True),)
        return self.plans[bundle.merchant_id]

    def credit(self, bundle: Bundle) -> Money | None:
        """Return what is left of the buyer's credit with a bundle's merchant in its currency, None without one."""
        found = self.credits.get((bundle.merchant_id, bundle.currency))
        return found.row.left if found else None

    def credit_refused(self, bundle: Bundle) -> Conflict | None:
        """Return why none of the plans on credit is offered to a buyer that has credit; None where one is, or none."""
        found = self.credits.get((bundle.merchant_id, bundle.currency))
        if found is None or bundle.lines[0].sample is not None or self.without_account(bundle):
            return None
        reasons = [
            found.refusal(offer.plan, bundle.goods)
            for offer in self.plans[bundle.merchant_id]
            if offer.plan.credit and offer.takes(rail=Rail.BANK, amount=bundle.goods)
        ]
        return found.refused(str(reasons[0])) if reasons and None not in reasons else None

    def _has_credit(self, bundle: Bundle, offer: Offer) -> bool:
        found = self.credits.get((bundle.merchant_id, bundle.currency))
        return not offer.plan.credit or (found is not None and found.refusal(offer.plan, bundle.goods) is None)

    def without_account(self, bundle: Bundle) -> tuple[str, str] | None:
        """Return who named no account for a bundle, ``merchant`` or ``carrier``, and the currency; None if all did."""
        owed: list[tuple[str, UUID, str]] = [
            ("merchant", bundle.merchant_id, bundle.currency),
            *(
                ("carrier", option.carrier_id, option.freight.currency)
                for line in bundle.lines
                if line.freight is not None
                for option in line.ridden
                if option.carrier_id is not None and option.freight is not None
            ),
        ]
        missing = (
            (role, currency)
            for role, company_id, currency in owed
            if currency not in self.accounts.get(company_id, frozenset())
        )
        return next(missing, None)


@dataclass(frozen=True, slots=True)
class SampleAsked:
    """What a listing offers of samples, and one as it would be ordered now; None while something is ``missing``."""

    offer: SampleOffer
    seen: CartSeen | None
    missing: tuple[Problem, ...]


def look(
    session: Session | None = None,
    *,
    departures: Mapping[UUID, UUID] | None = None,
    ways: Mapping[UUID, Way] | None = None,
    with_changes: bool = False,
    whole: Collection[UUID] = (),
) -> CartSeen:
    """Return the asker's cart as it stands; the number of queries depends on currencies, not on lines.

    ``departures`` and ``ways`` choose by listing; a departure that a line cannot take any more is passed over.
    ``with_changes`` ways with a change are offered, for some questions more; ``whole`` are departures taken whole.
    """
    session = session or reading()
    actor, now = require_actor(), clock.now()
    reference.places(session)  # first: settings and closed days come along, and are not asked for again
    cart = queries.cart(
        session,
        company_id=actor.company,
        person_id=actor.person,
        departures=departures,
        ways=ways,
        with_changes=with_changes,
        whole=whole,
        now=now,
    )
    return _seen(session, cart)


def by_departure(cart: Cart, departure_id: UUID | None) -> dict[UUID, UUID]:
    """Return the choice of one departure for every line; none where none is named."""
    return {} if departure_id is None else dict.fromkeys((line.item.listing_id for line in cart.lines), departure_id)


def look_at_sample(wish: SampleWish, *, departures: Mapping[UUID, UUID] | None = None) -> CartSeen:
    """Return a sample as it would be ordered now; refusals as ``checkout.queries.samples.sample_cart`` has them."""
    session, actor = reading(), require_actor()
    cart = samples.sample_cart(session, actor=actor, wish=wish, departures=departures or {}, now=clock.now())
    return _seen(session, cart)


def ask_for_sample(listing_id: UUID, query: SampleQuery) -> SampleAsked:
    """Return what a listing offers of samples, and what one would cost now as far as units, way and place are said.

    Each of these is refused as an order would be, whatever else is not said yet.
    """
    offer, (quantity, way, to) = offered_sample(listing_id), (query.quantity, query.way, query.to)
    if quantity is not None and way is not None and to is not None:
        wish = SampleWish(listing_id=listing_id, quantity=quantity, way=SampleWay(way), to=to)
        return SampleAsked(offer, look_at_sample(wish), ())
    missing = samples.missing(
        reading(), actor=require_actor(), listing_id=listing_id, offer=offer, quantity=quantity, way=way, to=to
    )
    return SampleAsked(offer, None, missing)


def offered_sample(listing_id: UUID) -> SampleOffer:
    """Return what a listing that the asker may see says of its samples; NotFound where it offers none."""
    session, now = reading(), clock.now()
    company_id = require_actor().company
    is_there = listing_id in shelf.offers(session, listing_ids=[listing_id], viewer=company_id, now=now)
    found = samples.offer_for(session, listing_id=listing_id) if is_there else None
    if found is None:
        raise NotFound("listing")
    return found


def _seen(session: Session, cart: Cart) -> CartSeen:
    actor, now = require_actor(), clock.now()
    sellers = {bundle.merchant_id for bundle in cart.bundles}
    carriers = {option.carrier_id for line in cart.lines for option in line.ridden if option.carrier_id}
    at_work, units = accounts.get_companies_at_work(
        session, company_ids=sellers | {actor.company}, own=actor.company, now=now
    )
    companies = {company_id: row for company_id, (row, _) in at_work.items()}
    places = reference.places(session)
    plans, trader_id = offers.offers_and_trader(session, merchant_ids=sellers, now=now)
    sold_on = _sellers(session, trader_id, sellers, actor.company, now)
    own = CURRENCIES.get(companies[actor.company].country)
    currencies = sorted({total.money.currency for total in cart.totals} - {own})
    rates = {
        currency: row
        for currency in currencies
        if own and (row := reference.fx(session, base=currency, quote=own, on=now.date())) is not None
    }
    return CartSeen(
        cart=cart,
        importer=companies[actor.company].name,
        address_missing=not companies[actor.company].address.lines,
        companies={company_id: row.name for company_id, row in companies.items()},
        places={place.code: place for place in places},
        destinations=_destinations(places),
        accounts=merchants.payee_currencies(session, company_ids=sellers | carriers),
        own_currency=own,
        units=units,
        rates=rates,
        plans=plans,
        credits=_credits(session, companies, actor.company, now),
        sellers=sold_on,
        house_currencies=_house_currencies(session) if sold_on else frozenset(),
        days=reference.setting(session, Setting.PROFORMA_WORKING_DAYS, at=now),
        payer=at_work[actor.company][1],
        now=now,
        hold_until=trust.hold_until(session, company_id=actor.company, now=now),
    )


def _sellers(
    session: Session, trader_id: UUID | None, merchant_ids: Collection[UUID], buyer_id: UUID, now: datetime
) -> dict[UUID, str]:
    """Return by which company of the operator's the goods of these merchants are sold on, as it is called."""
    agreed = trading.agreed_with(session, trader_id, merchant_ids=merchant_ids, now=now)
    traders = accounts.get_companies(session, company_ids={row.trader_id for row in agreed.values()}) if agreed else {}
    return {key: traders[row.trader_id].name for key, row in agreed.items() if row.trader_id != buyer_id}


def _house_currencies(session: Session) -> frozenset[str]:
    """Return in which currencies buyers can pay at the operator's bank."""
    house = trading.house_of(session)
    return merchants.payee_currencies(session, company_ids=[house]).get(house, frozenset()) if house else frozenset()


def _credits(
    session: Session, companies: Mapping[UUID, CompanyRow], buyer_id: UUID, now: datetime
) -> dict[tuple[UUID, str], CreditSeen]:
    found = credit_queries.granted(session, buyer_id=buyer_id, merchant_ids=companies.keys() - {buyer_id}, now=now)
    return {
        key: CreditSeen(row, row.grant, local_day(companies[row.merchant_id].country, now))
        for key, row in found.items()
        if row.grant is not None
    }


def destinations() -> tuple[PlaceRow, ...]:
    """Return the places that a cart may go to."""
    return _destinations(reference.places(reading()))


def _destinations(places: Sequence[PlaceRow]) -> tuple[PlaceRow, ...]:
    return tuple(place for place in places if place.kind != "border_side")


def put_line(session: Session, listing_id: UUID, body: requests.CartLine) -> str | None:
    """Set a quantity in the asker's cart and return where the cart goes."""
    rule, place = body.basis
    wish = Wish(
        listing_id=listing_id,
        quantity=body.quantity,
        currency=body.currency,
        incoterm=rule,
        place=place,
        centre_id=body.centre,
    )
    return collecting.put_line(session, wish=wish, to=body.to, actor=require_actor(), now=clock.now())


def remove_line(listing_id: UUID) -> None:
    """Take a listing out of the asker's cart."""
    in_unit_of_work(
        lambda session: carts.remove_line(session, listing_id=listing_id, actor=require_actor(), now=clock.now())
    )


def set_destination(body: requests.CartChange) -> None:
    """Say where the asker's cart goes."""
    in_unit_of_work(
        lambda session: carts.set_destination(session, place=body.to, actor=require_actor(), now=clock.now())
    )


def place(body: requests.Checkout, *, key: str, sample: SampleWish | None = None) -> Outcome:
    """Check the asker's cart out, or order a sample instead of what lies in it.

    Conflict ``carrier_terms`` for who read another version of the carrier's terms than is accepted now.
    """
    if body.carrier_terms not in (None, carriage_terms.LATEST):
        raise Conflict("carrier_terms", version=carriage_terms.LATEST)
    base = current_app.extensions["city.settings"].base_url
    return placing.place(
        actor=require_actor(),
        wanted=replace(body.wanted(), sample=sample),
        key=key,
        return_url=f"{base}/checkout/{{checkout}}",
        now=clock.now(),
    )


def complete(checkout_id: UUID) -> Outcome:
    """Ask the provider how a checkout of the asker's company stands, and take it as far as it goes."""
    queries.attempt(reading(), attempt_id=checkout_id, company_id=require_actor().company)
    return finishing.advance(attempt_id=checkout_id, now=clock.now())


def standing(checkout_id: UUID) -> Outcome:
    """Return how a checkout of the asker's company stands; nothing changes by it."""
    return queries.outcome(reading(), attempt_id=checkout_id, company_id=require_actor().company)


def whose(payments: Collection[PaymentSeen]) -> Whose:
    """Return whose goods the payments of a checkout of the asker's company are about, and the company's clock."""
    session, company_id = reading(), require_actor().company
    found = accounts.get_companies(session, company_ids={company_id, *(one.merchant_id for one in payments)})
    return Whose({row.id: row.name for row in found.values()}, zone_of(found[company_id].country))


def told_of(checkout_id: UUID) -> tuple[PaymentSeen, ...]:
    """Return what a checkout that ordered nothing took, or may take yet; nothing of one that is not over.

    NotFound for one that is none of the asker's company.
    """
    session = reading()
    attempt = queries.attempt(session, attempt_id=checkout_id, company_id=require_actor().company)
    if attempt.state is not AttemptState.ABANDONED:
        return ()
    return tuple(one for one in standing_of(session, attempt.plan, is_over=True) if one.is_told)
