"""Decide what a checkout places, and freeze it: prices, terms, rates, commission, tariffs, payees, deadlines."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace
from datetime import datetime
from functools import cached_property
from itertools import islice
from typing import Final
from uuid import UUID

from sqlalchemy.orm import Session

from marketplace.accounts import queries as accounts
from marketplace.accounts.queries import CompanyRow, closures, units
from marketplace.accounts.rules.closures import Works
from marketplace.checkout import queries
from marketplace.checkout.queries import samples
from marketplace.checkout.rules import limits
from marketplace.checkout.rules.cargo import cargo_of
from marketplace.checkout.rules.cart import Bundle, Cart, CartLine
from marketplace.checkout.rules.options import Change, Option
from marketplace.checkout.rules.plan import CheckoutPlan, charges_of
from marketplace.checkout.rules.wanted import PaymentChoice, Wanted, check_totals
from marketplace.checkout.services import insuring, trust
from marketplace.checkout.services.vehicles import Part, lorries, vehicle_of
from marketplace.distribution.centre_sales.rules import CentreUnits
from marketplace.distribution.onward.rules import RideSpace
from marketplace.distribution.rules.freight import (
    FreightAgreement,
    FreightLine,
    LineSpace,
    Vehicle,
    payer_of,
    per_vehicle,
)
from marketplace.distribution.rules.shipments import Shipment, with_shipments
from marketplace.kernel.actor import Actor
from marketplace.kernel.errors import Conflict, FieldError, Refused
from marketplace.kernel.ids import new_id, new_reference
from marketplace.logistics.centres.rules.lots import Status
from marketplace.logistics.pricing.queries.quotes import QuoteRow
from marketplace.logistics.pricing.services import quotes
from marketplace.logistics.queries import tariffs
from marketplace.merchants import queries as merchants
from marketplace.orders.queries.carts import CartRow
from marketplace.orders.rules.classes import WINDOW_SETTINGS, class_of, windows_of
from marketplace.orders.rules.incoterms import roles_of
from marketplace.orders.rules.placing import (
    FxSnapshot,
    PlacedGroup,
    PlacedLine,
    PlacedOrder,
    PlacedPurchase,
    PlacedUnit,
    owes_deposit,
)
from marketplace.orders.rules.temperatures import kept_at
from marketplace.orders.services import paper_facts
from marketplace.papers.rules import carriage_terms
from marketplace.payments.queries import offers, trading
from marketplace.payments.queries.trading import AgreementRow
from marketplace.payments.rules import plans as payment_plans
from marketplace.payments.rules.plans import AgreedPlan
from marketplace.payments.rules.terms import MODE_OF_RAIL, Mode, PayeeAccount, Rail
from marketplace.payments.rules.trading import PREFIX as PURCHASE
from marketplace.reference import queries as reference
from marketplace.reference.rules import CURRENCIES, Setting

_MOST_NAMED: Final = 3


def plan(
    session: Session, *, actor: Actor, wanted: Wanted, cart: CartRow, attempt_id: UUID, now: datetime
) -> CheckoutPlan:
    """Return everything the checkout of a cart will place.

    Conflict ``cart_empty``, ``cart_changed`` naming lines and reasons, ``departure_missed`` naming the next possible
    ones when nothing else is wrong than departures that the goods cannot reach, ``expected_totals`` naming what moved,
    ``quote_expired`` and ``quote_differs`` for freight quotes that bind no more, ``no_payee`` when somebody who is to
    be paid by bank has named no account.
    """
    if wanted.sample is not None:
        if wanted.whole:
            raise Refused.field("departures", "choice", "one of those that are offered for these goods")
        found = samples.sample_cart(session, actor=actor, wish=wanted.sample, departures=wanted.departures, now=now)
    else:
        found = queries.cart(
            session,
            company_id=actor.company,
            person_id=actor.person,
            destination=wanted.to,
            departures=wanted.departures,
            ways=wanted.ways,
            whole=wanted.whole,
            kept=cart,
            quotes=_quoted(session, actor, wanted, now),
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
    whole = lorries(parts)
    carried = [(part, placed, line) for part in parts for placed, line in part.lines if line.by_lorry]
    choices = {part.order.id: wanted.payment_of(part.bundle.key) for part in parts}
    methods = {order_id: (choice.payment_method, choice.method) for order_id, choice in choices.items()}
    return CheckoutPlan(
        group=group,
        spaces=tuple(_space(part, placed, line, actor.company) for part, placed, line in carried),
        onward=tuple(
            _onward(_space(part, placed, line, actor.company), line.change)
            for part, placed, line in carried
            if line.change is not None
        ),
        freight=agreements,
        charges=charges_of(attempt_id, group, agreements, methods),
        insurance=tuple(
            insuring.planned(
                session, bundle=part.bundle, order_id=part.order.id, wish=wanted.insurance[part.bundle.key], now=now
            )
            for part in parts
            if part.bundle.key in wanted.insurance
        ),
        from_centre=tuple(units for part in parts for units in _units(part, actor.company)),
        whole=whole,
    )


def _quoted(session: Session, actor: Actor, wanted: Wanted, now: datetime) -> dict[UUID, QuoteRow]:
    if not wanted.freight_quotes:
        return {}
    return quotes.binding(session, company_id=actor.company, named=wanted.freight_quotes, now=now)


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
        if all(trouble["code"] in limits.CODES for trouble in troubles):
            first = next(problem for line in cart.lines for problem in line.problems)
            raise Conflict(first.code, **first.facts, lines=troubles)
        raise Conflict("cart_changed", lines=troubles)
    check_totals(wanted.expected_totals, cart.totals)
    by_lorry = {line.item.listing_id for line in cart.lines if line.by_lorry}
    _check_named("freight_quotes", wanted.freight_quotes, by_lorry)
    _check_named("departures", wanted.departures | wanted.ways, by_lorry)
    _check_named("payments", wanted.payments, {bundle.key for bundle in cart.bundles})
    _check_named("insurance", wanted.insurance, {bundle.key for bundle in cart.bundles if bundle.lying is None})
    _check_named("purchase_order_numbers", wanted.purchase_order_numbers, {bundle.key for bundle in cart.bundles})


def _check_named(field: str, named: Iterable[object], in_cart: Collection[object]) -> None:
    """Refuse a choice for what is not in the cart: a mistyped id would else be passed over in silence."""
    accepted = ", ".join(sorted(map(str, in_cart)))
    unknown = (key for key in named if key not in in_cart)
    # Each says all that is accepted: the first few do, or the answer would be a hundred times as long as the question.
    errors = [FieldError(f"{field}.{key}", "unknown", accepted) for key in islice(unknown, _MOST_NAMED)]
    if errors:
        raise Refused.fields(*errors)


class _Planner:
    """What the orders of one plan are frozen from, each read once: companies, accounts, places, rates, tariffs."""

    def __init__(self, session: Session, actor: Actor, wanted: Wanted, cart: Cart, now: datetime) -> None:
        """Read what the orders share."""
        self.session, self.actor, self.wanted, self.now = session, actor, wanted, now
        self.commission_bp = reference.setting(session, Setting.COMMISSION_BASIS_POINTS, at=now)
        self.periods = dict(zip(WINDOW_SETTINGS, reference.settings_of(session, *WINDOW_SETTINGS, at=now), strict=True))
        chosen = [one for line in cart.lines if line.by_lorry for one in line.ridden]
        sellers = {bundle.merchant_id for bundle in cart.bundles}
        carriers = {one.carrier_id for one in chosen if one.carrier_id is not None}
        chosen_modes = {wanted.payment_of(bundle.key).settled for bundle in cart.bundles}
        # Asked only where somebody buys of the operator: nobody else waits for it.
        sells = Mode.OPERATOR_SELLS in chosen_modes
        self.agreements = trading.agreed(session, merchant_ids=sellers, now=now) if sells else {}
        self.house = trading.house_of(session) if sells else None
        traders = {row.trader_id for row in self.agreements.values()}
        houses = {self.house} if self.house else set[UUID]()
        self.companies = accounts.get_companies(session, company_ids={actor.company} | sellers | carriers | traders)
        self.accounts = merchants.accounts_of(session, company_ids=sellers | carriers | houses)
        self.places = {place.code: place for place in reference.places(session)}
        self.tariffs = tariffs.charged(session, tariff_ids={one.tariff_id for one in chosen if one.tariff_id})
        self.offers = offers.offers_of(session, merchant_ids=sellers, now=now)
        self.buyer = self.companies[actor.company]
        self.own = CURRENCIES.get(self.buyer.country)
        pairs = {(each.currency, self.own) for each in cart.bundles if self.own and self.own != each.currency}
        self.unit = units.unit_for(session, company_id=actor.company, person_id=actor.person, unit_id=wanted.unit_id)
        if self.unit is None and wanted.unit_id is not None:
            raise Refused.field("unit_id", "unknown", "a unit of the company")
        self.rates = reference.fx_of(session, pairs=pairs, on=now.date()) if pairs else {}

    @cached_property
    def days(self) -> int:
        """How many working days a buyer has to pay what is due with the order."""
        return reference.setting(self.session, Setting.PROFORMA_WORKING_DAYS, at=self.now)

    @cached_property
    def hold_until(self) -> datetime | None:
        """Until when goods are held without a deposit for a buyer that is not verified."""
        return trust.hold_until(self.session, company_id=self.buyer.id, now=self.now)

    @cached_property
    def works(self) -> Works:
        """When the buyer works."""
        return closures.works(self.session, company_id=self.buyer.id, now=self.now)

    def agreed(self, bundle: Bundle, choice: PaymentChoice) -> AgreedPlan:
        """Return the plan that was chosen for a bundle, among those that its merchant offers for it.

        A sample has one of its own, whatever its merchant offers.
        """
        field = f"payments.{bundle.key}.plan" if bundle.key in self.wanted.payments else "payment.plan"
        if bundle.lines[0].sample is not None:
            return payment_plans.choose_of_sample(bundle.goods, code=choice.plan, days=self.days, field=field)
        mine = self.offers[bundle.merchant_id]
        if choice.settled is Mode.OPERATOR_SELLS:  # a merchant's credit is the merchant's to give
            mine = tuple(one for one in mine if not one.plan.credit)
        return payment_plans.choose(mine, code=choice.plan, rail=choice.rail, amount=bundle.goods, field=field)

    def sold_on(self, bundle: Bundle, choice: PaymentChoice) -> tuple[AgreementRow, PayeeAccount] | None:
        """Return under which agreement the trading company sells a bundle, and the account the merchant is paid at.

        None where the merchant sells itself. Conflict ``not_sold_on`` where merchant and operator have not agreed.
        """
        if choice.settled is not Mode.OPERATOR_SELLS:
            return None
        found = self.agreements.get(bundle.merchant_id)
        account = self.accounts.get((bundle.merchant_id, bundle.currency))
        if found is None or account is None or found.trader_id == self.buyer.id:
            raise Conflict("not_sold_on", company=bundle.merchant_id, currency=bundle.currency)
        return found, PayeeAccount(**account.as_json())

    def proforma_ends_at(self, agreed: AgreedPlan, bundle: Bundle) -> datetime:
        """Return until when a deposit is to be paid: on the calendar of the buyer, and while its lorries keep room."""
        due = payment_plans.due_at(agreed.stages[0], self.works, self.now)
        return bundle.deposit_until(min(due, self.hold_until or due))

    @property
    def placed_unit(self) -> PlacedUnit | None:
        """The unit that all of it is placed for, as it is called now."""
        unit = self.unit
        return PlacedUnit(id=unit.id, name=unit.name, cost_centre=unit.cost_centre) if unit else None

    def part(self, bundle: Bundle) -> Part:
        """Freeze one bundle as an order."""
        choice, sample = self.wanted.payment_of(bundle.key), bundle.lines[0].sample
        if not bundle.goods:  # what is free is paid by no card, and into no account
            choice = PaymentChoice(rail=Rail.BANK, plan=choice.plan, mode=choice.mode)
        merchant, mode = self.companies[bundle.merchant_id], choice.settled
        sold_on = self.sold_on(bundle, choice)
        agreed = self.agreed(bundle, choice)
        seller = self.companies[sold_on[0].trader_id] if sold_on else merchant
        # Buyers pay the trading company at the operator's bank, or its card charges.
        payee_id = self.house if sold_on and self.house else merchant.id
        order = PlacedOrder(
            id=new_id(),
            reference=new_reference("ORD"),
            merchant_id=merchant.id,
            currency=bundle.currency,
            incoterm=bundle.incoterm,
            place_code=bundle.place_code,
            place_names=paper_facts.names_of(self.places[bundle.place_code]),
            destination=bundle.lines[0].to_place or bundle.place_code,
            roles=roles_of(bundle.incoterm, buyer_id=self.buyer.id, seller_id=seller.id),
            parties={str(company.id): paper_facts.party(company) for company in (self.buyer, merchant, seller)},
            agreed=agreed,
            mode=mode,
            rail=choice.rail,
            payee=self.payee(payee_id, bundle.currency, choice.rail) if bundle.goods else None,
            commission_bp=0 if sold_on else self.commission_bp,
            tax_ids=self.tax_ids(merchant, seller),
            fx=self.fx(bundle.currency),
            confirm_by=bundle.confirm_by,
            proforma_ends_at=self.proforma_ends_at(agreed, bundle) if owes_deposit(agreed, choice.rail) else None,
            purchase_order_number=self.wanted.order_number_of(bundle.key),
            cost_centre=self.unit.cost_centre if self.unit and self.unit.is_printed else "",
            lines=tuple(_placed(line, self.periods) for line in bundle.lines),
            sample=sample,
            seller_id=seller.id if sold_on else None,
            purchase=_purchase(*sold_on) if sold_on else None,
            centre_id=bundle.lying.centre_id if bundle.lying else None,
            is_domestic=bundle.lying is not None and bundle.lying.status is Status.FREE,
        )
        return Part(order=order, bundle=bundle)

    def freight(self, part: Part) -> list[FreightAgreement]:
        """Freeze the freight of an order: one contract with each carrier and tariff, and for each whole lorry."""
        by_tariff: dict[tuple[UUID, UUID, Vehicle | None], list[FreightLine]] = {}
        shipments: dict[UUID, dict[UUID, Shipment]] = {}
        for placed, line in part.lines:
            if not line.by_lorry:
                continue
            for quoted in line.ridden:
                if quoted.tariff_id is None or quoted.carrier_id is None or quoted.freight is None:
                    raise Conflict("no_tariff", line=quoted.reference, to=quoted.to_place)
                freight = FreightLine(
                    line_id=placed.id, amount=quoted.freight, chargeable_g=quoted.chargeable_g, binding=quoted.binding
                )
                by_tariff.setdefault((quoted.carrier_id, quoted.tariff_id, vehicle_of(line)), []).append(freight)
                if quoted.together is not None:
                    some = shipments.setdefault(quoted.tariff_id, {})
                    before = some.get(quoted.departure_id)
                    some[quoted.departure_id] = Shipment(
                        departure_id=quoted.departure_id,
                        chargeable_g=quoted.together.chargeable_g,
                        charge=quoted.together.charge,
                        lines={**(before.lines if before else {}), placed.id: quoted.freight},
                    )
        return [
            self._agreement(part.order, *key, lines, tuple(shipments.get(key[1], {}).values()))
            for key, lines in by_tariff.items()
        ]

    def _agreement(
        self,
        order: PlacedOrder,
        carrier_id: UUID,
        tariff_id: UUID,
        vehicle: Vehicle | None,
        lines: list[FreightLine],
        shipments: tuple[Shipment, ...],
    ) -> FreightAgreement:
        payer_id = payer_of(order.incoterm, buyer_id=self.actor.company, merchant_id=order.merchant_id)
        # A merchant who owes the freight pays the carrier by bank, however the buyer pays for the goods.
        rail = order.rail if payer_id == self.actor.company else Rail.BANK
        mode = MODE_OF_RAIL[rail]
        terms = {**self.tariffs[tariff_id].terms, "carriage": carriage_terms.accepted()}
        return FreightAgreement(
            id=new_id(),
            reference=new_reference("FRT"),
            order_id=order.id,
            payer_id=payer_id,
            carrier_id=carrier_id,
            carrier=paper_facts.party(self.companies[carrier_id]),
            tariff_id=tariff_id,
            terms=per_vehicle(with_shipments(terms, shipments), vehicle),
            mode=mode,
            rail=rail,
            payee=self.payee(carrier_id, lines[0].amount.currency, rail),
            lines=tuple(lines),
        )

    def tax_ids(self, merchant: CompanyRow, seller: CompanyRow) -> dict[str, str]:
        """Return the tax ids of who buys, who makes and, where that is another, who sells."""
        found = {"buyer": self.buyer.tax_id or "", "merchant": merchant.tax_id or ""}
        return found if seller is merchant else {**found, "seller": seller.tax_id or ""}

    def payee(self, company_id: UUID, currency: str, rail: Rail) -> PayeeAccount | None:
        """Return the account that is paid into; nobody pays there while a provider holds the money."""
        found = self.accounts.get((company_id, currency))
        if found is None and rail is Rail.BANK:
            raise Conflict("no_payee", company=company_id, currency=currency)
        return PayeeAccount(**found.as_json()) if found else None

    def fx(self, currency: str) -> FxSnapshot | None:
        """Return the rate into the buyer's own currency, None for his own or where none is known."""
        row = self.own and self.rates.get((currency, self.own))
        if not row:
            return None
        return FxSnapshot(quote=row.quote, rate=f"{row.rate:f}", source=row.source, date=row.date.isoformat())


def _placed(line: CartLine, periods: Mapping[Setting, int]) -> PlacedLine:
    offer = line.offer
    commodity = class_of(fresh=offer.fresh, hs_code=offer.hs_code)
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
        lead_days=None if line.item.lying else offer.lead_days,
        fresh=offer.fresh,
        windows=windows_of(commodity, periods),
        warranty=dict(offer.warranty) if offer.warranty else None,
        kept_at=kept_at(offer.food) if offer.food else None,
        credit=line.credit,
        conforms_to=line.conforms_to,
    )


def _purchase(agreement: AgreementRow, account: PayeeAccount) -> PlacedPurchase:
    return PlacedPurchase(
        id=new_id(),
        reference=new_reference(PURCHASE),
        agreement_id=agreement.id,
        margin_bp=agreement.margin.basis_points,
        payee=account,
        words=agreement.words,
    )


def _units(part: Part, buyer_id: UUID) -> Iterable[CentreUnits]:
    """Return what is taken from a centre for the lines of an order."""
    there = part.bundle.lying
    if there is None or there.status is None:
        return ()
    return (
        CentreUnits(
            line_id=placed.id,
            order_id=part.order.id,
            buyer_id=buyer_id,
            merchant_id=part.order.merchant_id,
            listing_id=placed.listing_id,
            centre_id=there.centre_id,
            status=there.status,
            quantity=placed.quantity,
        )
        for placed in part.order.lines
    )


def _space(part: Part, placed: PlacedLine, line: CartLine, buyer_id: UUID) -> LineSpace:
    return LineSpace(
        line_id=placed.id,
        departure_id=_chosen(line).departure_id,
        to_place=line.change.first.to_place if line.change else line.to_place or "",
        load=line.load,
        quantity=placed.quantity,
        from_stock=placed.from_stock,
        shipper_id=part.order.merchant_id,
        consignee_id=buyer_id,
        cargo=cargo_of(line.offer),
        hs_code=line.offer.hs_code,
    )


def _onward(space: LineSpace, change: Change) -> RideSpace:
    """Return the second half of a line's way: the same goods from the place of change on."""
    if change.second.tariff_id is None:  # such a way is not offered
        raise Conflict("no_tariff", line=change.second.reference, to=change.second.to_place)
    second = replace(
        space,
        line_id=new_id(),
        departure_id=change.second.departure_id,
        to_place=change.second.to_place,
    )
    return RideSpace(
        line_id=space.line_id, change_at=change.first.to_place, tariff_id=change.second.tariff_id, space=second
    )


def _chosen(line: CartLine) -> Option:
    if line.chosen is None:  # a line without a departure is refused before
        raise Conflict("no_departure", listing=line.item.listing_id)
    return line.chosen
