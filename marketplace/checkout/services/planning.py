"""Decide what a checkout places, and freeze it: prices, terms, rates, commission, tariffs, payees, deadlines."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from uuid import UUID

from sqlalchemy.orm import Session

from marketplace.accounts import queries as accounts
from marketplace.accounts.queries import closures, units
from marketplace.accounts.rules.closures import Works
from marketplace.checkout import queries
from marketplace.checkout.rules.cart import Bundle, Cart, CartLine, Option
from marketplace.checkout.rules.plan import CheckoutPlan, charges_of
from marketplace.checkout.rules.wanted import PaymentChoice, Wanted, check_totals
from marketplace.distribution.rules.freight import FreightAgreement, FreightLine, LineSpace, payer_of
from marketplace.kernel.actor import Actor
from marketplace.kernel.errors import Conflict, FieldError, Refused
from marketplace.kernel.ids import new_id, new_reference
from marketplace.logistics.queries import tariffs
from marketplace.merchants import queries as merchants
from marketplace.orders.queries.carts import CartRow
from marketplace.orders.rules.incoterms import roles_of
from marketplace.orders.rules.placing import FxSnapshot, PlacedGroup, PlacedLine, PlacedOrder, PlacedUnit, owes_deposit
from marketplace.orders.services import paper_facts
from marketplace.payments.queries import offers
from marketplace.payments.rules import plans as payment_plans
from marketplace.payments.rules.plans import AgreedPlan
from marketplace.payments.rules.terms import MODE_OF_RAIL, Mode, PayeeAccount, Rail
from marketplace.reference import queries as reference
from marketplace.reference.rules import CURRENCIES, Setting


@dataclass(frozen=True, slots=True, kw_only=True)
class _Part:
    """One order of the plan with the cart lines it comes from."""

    order: PlacedOrder
    bundle: Bundle

    @property
    def lines(self) -> tuple[tuple[PlacedLine, CartLine], ...]:
        return tuple(zip(self.order.lines, self.bundle.lines, strict=True))


def plan(
    session: Session, *, actor: Actor, wanted: Wanted, cart: CartRow, attempt_id: UUID, now: datetime
) -> CheckoutPlan:
    """Return everything the checkout of a cart will place.

    Conflict ``cart_empty``, ``cart_changed`` naming lines and reasons, ``departure_missed`` naming the next possible
    ones when nothing else is wrong than departures that the goods cannot reach, ``expected_totals`` naming what moved,
    ``no_payee`` when somebody who is to be paid by bank has named no account.
    """
    found = queries.cart(
        session,
        company_id=actor.company,
        person_id=actor.person,
        destination=wanted.to,
        departures=wanted.departures,
        kept=cart,
        now=now,
    )
    _check(found, wanted)
    planner = _Planner(session, actor, wanted, found, now)
    parts = [planner.part(bundle) for bundle in found.bundles]
    agreements = tuple(agreement for part in parts for agreement in planner.freight(part))
    group = PlacedGroup(
        id=new_id(),
        reference=new_reference("GRP"),
        buyer_id=actor.company,
        person_id=actor.person,
        checkout_id=attempt_id,
        orders=tuple(part.order for part in parts),
        unit=planner.placed_unit,
    )
    methods = {part.order.id: wanted.payment_of(part.bundle.key).payment_method for part in parts}
    return CheckoutPlan(
        group=group,
        spaces=tuple(_space(part, placed, line, actor.company) for part in parts for placed, line in part.lines),
        freight=agreements,
        charges=charges_of(attempt_id, group, agreements, methods),
    )


def _check(cart: Cart, wanted: Wanted) -> None:
    if not cart.bundles and not cart.gone:
        raise Conflict("cart_empty")
    troubles = [{"listing": str(gone.item.listing_id), "code": gone.problem.code} for gone in cart.gone]
    troubles += [
        {"listing": str(line.item.listing_id), "code": problem.code, **problem.facts}
        for line in cart.lines
        for problem in line.problems
    ]
    if troubles:
        missed = [trouble for trouble in troubles if trouble["code"] == "departure_missed"]
        if missed == troubles:
            raise Conflict("departure_missed", next=missed[0]["next_reference"], lines=missed)
        raise Conflict("cart_changed", lines=troubles)
    check_totals(wanted.expected_totals, cart.totals)
    _check_named("departures", wanted.departures, {line.item.listing_id for line in cart.lines})
    _check_named("payments", wanted.payments, {bundle.key for bundle in cart.bundles})
    _check_named("purchase_order_numbers", wanted.purchase_order_numbers, {bundle.key for bundle in cart.bundles})


def _check_named(field: str, named: Iterable[object], in_cart: Collection[object]) -> None:
    """Refuse a choice for what is not in the cart: a mistyped id would else be passed over in silence."""
    accepted = ", ".join(sorted(map(str, in_cart)))
    errors = [FieldError(f"{field}.{key}", "unknown", accepted) for key in named if key not in in_cart]
    if errors:
        raise Refused.fields(*errors)


class _Planner:
    """What the orders of one plan are frozen from, each read once: companies, accounts, places, rates, tariffs."""

    def __init__(self, session: Session, actor: Actor, wanted: Wanted, cart: Cart, now: datetime) -> None:
        """Read what the orders share."""
        self.session, self.actor, self.wanted, self.now = session, actor, wanted, now
        self.commission_bp = reference.setting(session, Setting.COMMISSION_BASIS_POINTS, at=now)
        chosen = [_chosen(line) for line in cart.lines]
        sellers = {bundle.merchant_id for bundle in cart.bundles}
        carriers = {one.carrier_id for one in chosen if one.carrier_id is not None}
        self.companies = accounts.get_companies(session, company_ids={actor.company} | sellers | carriers)
        self.accounts = merchants.accounts_of(session, company_ids=sellers | carriers)
        self.places = {place.code: place for place in reference.places(session)}
        self.tariffs = tariffs.charged(session, tariff_ids={one.tariff_id for one in chosen if one.tariff_id})
        self.offers = offers.offers_of(session, merchant_ids=sellers, now=now)
        self.buyer = self.companies[actor.company]
        self.own = CURRENCIES.get(self.buyer.country)
        pairs = {(bundle.currency, self.own) for bundle in cart.bundles if self.own not in (None, bundle.currency)}
        self.unit = units.unit_for(session, company_id=actor.company, person_id=actor.person, unit_id=wanted.unit_id)
        if self.unit is None and wanted.unit_id is not None:
            raise Refused.field("unit_id", "unknown", "a unit of the company")
        self.rates = reference.fx_of(session, pairs=pairs, on=now.date()) if pairs else {}

    @cached_property
    def works(self) -> Works:
        """When the buyer works."""
        return closures.works(self.session, company_id=self.buyer.id, now=self.now)

    def agreed(self, bundle: Bundle, choice: PaymentChoice) -> AgreedPlan:
        """Return the plan that was chosen for a bundle, among those that its merchant offers for it."""
        field = f"payments.{bundle.key}.plan" if bundle.key in self.wanted.payments else "payment.plan"
        mine = self.offers[bundle.merchant_id]
        return payment_plans.choose(mine, code=choice.plan, rail=choice.rail, amount=bundle.goods, field=field)

    def proforma_ends_at(self, agreed: AgreedPlan) -> datetime:
        """Return until when a deposit is to be paid, on the calendar of the buyer."""
        return payment_plans.due_at(agreed.stages[0], self.works, self.now)

    @property
    def placed_unit(self) -> PlacedUnit | None:
        """The unit that all of it is placed for, as it is called now."""
        unit = self.unit
        return PlacedUnit(id=unit.id, name=unit.name, cost_centre=unit.cost_centre) if unit else None

    def part(self, bundle: Bundle) -> _Part:
        """Freeze one bundle as an order."""
        choice = self.wanted.payment_of(bundle.key)
        merchant, mode = self.companies[bundle.merchant_id], MODE_OF_RAIL[choice.rail]
        agreed = self.agreed(bundle, choice)
        order = PlacedOrder(
            id=new_id(),
            reference=new_reference("ORD"),
            merchant_id=merchant.id,
            currency=bundle.currency,
            incoterm=bundle.incoterm,
            place_code=bundle.place_code,
            place_names=paper_facts.names_of(self.places[bundle.place_code]),
            destination=bundle.lines[0].to_place or bundle.place_code,
            roles=roles_of(bundle.incoterm, buyer_id=self.buyer.id, merchant_id=merchant.id),
            parties={str(company.id): paper_facts.party(company) for company in (self.buyer, merchant)},
            agreed=agreed,
            mode=mode,
            rail=choice.rail,
            payee=self.payee(merchant.id, bundle.currency, mode),
            commission_bp=self.commission_bp,
            tax_ids={"buyer": self.buyer.tax_id or "", "merchant": merchant.tax_id or ""},
            fx=self.fx(bundle.currency),
            confirm_by=bundle.confirm_by,
            proforma_ends_at=self.proforma_ends_at(agreed) if owes_deposit(agreed, mode) else None,
            purchase_order_number=self.wanted.order_number_of(bundle.key),
            cost_centre=self.unit.cost_centre if self.unit and self.unit.is_printed else "",
            lines=tuple(_placed(line) for line in bundle.lines),
        )
        return _Part(order=order, bundle=bundle)

    def freight(self, part: _Part) -> list[FreightAgreement]:
        """Freeze the freight of an order: one contract with each carrier and tariff."""
        by_tariff: dict[tuple[UUID, UUID], list[FreightLine]] = {}
        for placed, line in part.lines:
            quoted = _chosen(line)
            if quoted.tariff_id is None or quoted.carrier_id is None or quoted.freight is None:
                raise Conflict("no_tariff", line=quoted.reference, to=line.to_place)
            freight = FreightLine(
                line_id=placed.id, amount=quoted.freight, chargeable_g=quoted.chargeable_g, binding=quoted.binding
            )
            by_tariff.setdefault((quoted.carrier_id, quoted.tariff_id), []).append(freight)
        return [self._agreement(part.order, *key, lines) for key, lines in by_tariff.items()]

    def _agreement(
        self, order: PlacedOrder, carrier_id: UUID, tariff_id: UUID, lines: list[FreightLine]
    ) -> FreightAgreement:
        payer_id = payer_of(order.incoterm, buyer_id=self.actor.company, merchant_id=order.merchant_id)
        # A merchant who owes the freight pays the carrier by bank, however the buyer pays for the goods.
        rail = order.rail if payer_id == self.actor.company else Rail.BANK
        mode = MODE_OF_RAIL[rail]
        return FreightAgreement(
            id=new_id(),
            reference=new_reference("FRT"),
            order_id=order.id,
            payer_id=payer_id,
            carrier_id=carrier_id,
            carrier=paper_facts.party(self.companies[carrier_id]),
            tariff_id=tariff_id,
            terms=self.tariffs[tariff_id].terms,
            mode=mode,
            rail=rail,
            payee=self.payee(carrier_id, lines[0].amount.currency, mode),
            lines=tuple(lines),
        )

    def payee(self, company_id: UUID, currency: str, mode: Mode) -> PayeeAccount | None:
        """Return the account that is paid into; nobody pays there while a provider holds the money."""
        found = self.accounts.get((company_id, currency))
        if found is None and mode is Mode.DIRECT:
            raise Conflict("no_payee", company=company_id, currency=currency)
        return PayeeAccount(**found.as_json()) if found else None

    def fx(self, currency: str) -> FxSnapshot | None:
        """Return the rate into the buyer's own currency, None for his own or where none is known."""
        row = self.own and self.rates.get((currency, self.own))
        if not row:
            return None
        return FxSnapshot(quote=row.quote, rate=f"{row.rate:f}", source=row.source, date=row.date.isoformat())


def _placed(line: CartLine) -> PlacedLine:
    offer = line.offer
    return PlacedLine(
        id=new_id(),
        listing_id=offer.listing_id,
        listing_version=offer.version,
        sku=offer.sku,
        titles=dict(offer.titles),
        source_locale=offer.source_locale,
        hs_code=offer.hs_code,
        origin=offer.origin,
        unit=offer.unit,
        quantity=line.item.quantity,
        unit_price=line.unit_price,
        amount=line.amount,
        packing=offer.packing,
        lead_days=offer.lead_days,
        fresh=offer.fresh,
    )


def _space(part: _Part, placed: PlacedLine, line: CartLine, buyer_id: UUID) -> LineSpace:
    return LineSpace(
        line_id=placed.id,
        departure_id=_chosen(line).departure_id,
        to_place=line.to_place or "",
        load=line.load,
        quantity=placed.quantity,
        from_stock=placed.from_stock,
        shipper_id=part.order.merchant_id,
        consignee_id=buyer_id,
    )


def _chosen(line: CartLine) -> Option:
    if line.chosen is None:  # a line without a departure is refused before
        raise Conflict("no_departure", listing=line.item.listing_id)
    return line.chosen
