"""Acts on carts and checkouts, by whoever asks."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from flask import current_app
from sqlalchemy.orm import Session

from marketplace.accounts import queries as accounts
from marketplace.accounts.queries import CompanyRow, UnitRow
from marketplace.accounts.queries.closures import local_day
from marketplace.checkout import queries
from marketplace.checkout.flows import finishing, placing
from marketplace.checkout.rules.cart import Bundle, Cart
from marketplace.checkout.rules.states import Outcome
from marketplace.edge.acts.clocks import clocks
from marketplace.edge.identity import require_actor
from marketplace.edge.requests import checkout as requests
from marketplace.kernel import clock
from marketplace.kernel.db import in_unit_of_work, reading
from marketplace.kernel.money import Money
from marketplace.merchants import queries as merchants
from marketplace.orders.services import carts
from marketplace.payments.queries import credit as credit_queries
from marketplace.payments.queries import offers
from marketplace.payments.queries.credit import CreditRow
from marketplace.payments.rules import credit as credit_rules
from marketplace.payments.rules.plans import AgreedPlan, Offer
from marketplace.payments.rules.terms import Rail
from marketplace.reference import queries as reference
from marketplace.reference.queries import FxRow, PlaceRow
from marketplace.reference.rules import CURRENCIES, Setting


@dataclass(frozen=True, slots=True)
class Approximation:
    """An amount in the buyer's own currency, never charged, with where its rate comes from."""

    amount: Money
    rate: FxRow


@dataclass(frozen=True, slots=True)
class Held:
    """Until when something is held, and by whose clock it is said."""

    at: datetime
    zone: str


@dataclass(frozen=True, slots=True)
class CreditSeen:
    """A credit of the buyer on the day that it is at its merchant's."""

    row: CreditRow
    today: date
    refused_from: int

    def takes(self, plan: AgreedPlan, amount: Money) -> bool:
        """Tell whether an order of this amount by this plan fits."""
        if self.row.grant is None:
            return False
        return (
            credit_rules.refusal(
                self.row.grant,
                self.row.taken,
                plan=plan,
                amount=amount,
                today=self.today,
                refused_from=self.refused_from,
            )
            is None
        )


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

    @property
    def unit_options(self) -> list[tuple[UUID, str]]:
        """The units of the company as choices, with their cost centres."""
        return [(unit.id, " · ".join(filter(None, (unit.name, unit.cost_centre)))) for unit in self.units]

    def approximate(self, amount: Money) -> Approximation | None:
        """Return an amount in the buyer's own currency; None when it is in it, or no rate is known."""
        rate = self.rates.get(amount.currency)
        return None if rate is None else Approximation(reference.convert(amount, rate), rate)

    def ways(self, bundle: Bundle) -> tuple[tuple[Offer, Rail], ...]:
        """Return the plans of its merchant that a bundle can be paid by, each with a rail: by bank before by card."""
        rails = (Rail.CARD,) if self.without_account(bundle) else (Rail.BANK, Rail.CARD)
        return tuple(
            (offer, rail)
            for rail in rails
            for offer in self.plans[bundle.merchant_id]
            if offer.takes(rail=rail, amount=bundle.goods) and self._has_credit(bundle, offer)
        )

    def credit(self, bundle: Bundle) -> Money | None:
        """Return what is left of the buyer's credit with a bundle's merchant in its currency, None without one."""
        found = self.credits.get((bundle.merchant_id, bundle.currency))
        return found.row.left if found else None

    def _has_credit(self, bundle: Bundle, offer: Offer) -> bool:
        found = self.credits.get((bundle.merchant_id, bundle.currency))
        return not offer.plan.credit or (found is not None and found.takes(offer.plan, bundle.goods))

    def without_account(self, bundle: Bundle) -> tuple[str, str] | None:
        """Return who named no account for a bundle, ``merchant`` or ``carrier``, and the currency; None if all did."""
        owed: list[tuple[str, UUID, str]] = [
            ("merchant", bundle.merchant_id, bundle.currency),
            *(
                ("carrier", line.chosen.carrier_id, line.freight.currency)
                for line in bundle.lines
                if line.freight is not None and line.chosen is not None and line.chosen.carrier_id is not None
            ),
        ]
        missing = (
            (role, currency)
            for role, company_id, currency in owed
            if currency not in self.accounts.get(company_id, frozenset())
        )
        return next(missing, None)


def look(session: Session | None = None, *, departures: Mapping[UUID, UUID] | None = None) -> CartSeen:
    """Return the asker's cart as it stands; the number of queries depends on currencies, not on lines.

    ``departures`` chooses by listing; one that a line cannot take any more is passed over.
    """
    session = session or reading()
    actor, now = require_actor(), clock.now()
    cart = queries.cart(session, company_id=actor.company, person_id=actor.person, departures=departures, now=now)
    sellers = {bundle.merchant_id for bundle in cart.bundles}
    carriers = {line.chosen.carrier_id for line in cart.lines if line.chosen and line.chosen.carrier_id}
    companies = accounts.get_companies(session, company_ids=sellers | {actor.company})
    places = reference.places(session)
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
        units=accounts.units_of(session, company_id=actor.company),
        rates=rates,
        plans=offers.offers_of(session, merchant_ids=sellers, now=now),
        credits=_credits(session, companies, actor.company, now),
    )


def _credits(
    session: Session, companies: Mapping[UUID, CompanyRow], buyer_id: UUID, now: datetime
) -> dict[tuple[UUID, str], CreditSeen]:
    found = credit_queries.granted(session, buyer_id=buyer_id, merchant_ids=companies.keys() - {buyer_id})
    if not found:
        return {}
    refused_from = reference.setting(session, Setting.DUNNING_REFUSAL_LEVEL, at=now)
    return {
        key: CreditSeen(row, local_day(companies[row.merchant_id].country, now), refused_from)
        for key, row in found.items()
    }


def destinations() -> tuple[PlaceRow, ...]:
    """Return the places that a cart may go to."""
    return _destinations(reference.places(reading()))


def _destinations(places: Sequence[PlaceRow]) -> tuple[PlaceRow, ...]:
    return tuple(place for place in places if place.kind != "border_side")


def put_line(session: Session, listing_id: UUID, body: requests.CartLine) -> str | None:
    """Set a quantity in the asker's cart and return where the cart goes."""
    rule, place = body.basis
    return carts.put_line(
        session,
        listing_id=listing_id,
        quantity=body.quantity,
        currency=body.currency,
        incoterm=rule,
        place=place,
        to=body.to,
        actor=require_actor(),
        now=clock.now(),
    )


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


def place(body: requests.Checkout, *, key: str) -> Outcome:
    """Check the asker's cart out."""
    base = current_app.extensions["city.settings"].base_url
    return placing.place(
        actor=require_actor(),
        wanted=body.wanted(),
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


def held_until(checkout_id: UUID) -> Held:
    """Return until when a checkout of the asker's company holds goods and room, and the company's clock."""
    session, company_id = reading(), require_actor().company
    attempt = queries.attempt(session, attempt_id=checkout_id, company_id=company_id)
    return Held(attempt.expires_at, clocks(session, [company_id])[company_id])
