"""What the API says of carts and checkouts."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any, Literal
from uuid import UUID

from marketplace.api.checkout.centres import TakenFrom
from marketplace.api.checkout.ways import Changing, Departure
from marketplace.api.shared.answers import Amount, Answer, Instant
from marketplace.api.shared.plans import PlanAnswer
from marketplace.checkout.rules.cart import Bundle, CartLine, GoneLine
from marketplace.checkout.rules.standing import PaymentSeen
from marketplace.checkout.rules.states import Outcome
from marketplace.checkout.rules.wanted import Total as TotalValue
from marketplace.checkout.rules.whole import offer_of
from marketplace.edge.acts.checkout import Approximation, CartSeen
from marketplace.logistics.itineraries.queries.ways import Road, WayRow
from marketplace.orders.rules.samples import SampleCredit as Credit
from marketplace.payments.rules.terms import Mode


class Approx(Answer):
    """The buyer's own currency, for orientation: never charged."""

    amount: str
    currency: str
    rate: str
    source: str
    date: str

    @classmethod
    def of(cls, found: Approximation | None) -> "Approx | None":
        """Write an approximation."""
        if found is None:
            return None
        return cls(
            amount=f"{found.amount.amount:f}",
            currency=found.amount.currency,
            rate=f"{found.rate.rate:f}",
            source=found.rate.source,
            date=found.rate.date.isoformat(),
        )


class Total(Answer):
    """One currency's goods, or the freight that the buyer owes carriers in it."""

    kind: Literal["goods", "freight"]
    amount: str
    currency: str

    @classmethod
    def of(cls, total: TotalValue) -> "Total":
        """Write a total."""
        return cls(kind=total.kind, amount=f"{total.money.amount:f}", currency=total.money.currency)


class Problem(Answer):
    """Why a line cannot be ordered as it stands."""

    code: str
    facts: dict[str, Any]


class ShipmentShared(Answer):
    """A shipment that the freight of a line is a share of, by chargeable weight: all lines of the cart that go with it.

    Its charge is the freight that the tariff asks for the sum of their chargeable weights.
    """

    departure_id: UUID
    lines: int
    chargeable_kg: str
    charge: Amount

    @classmethod
    def of(cls, line: CartLine) -> "list[ShipmentShared]":
        """Write the shipments of a line: of one departure, or of two with a change."""
        return [
            cls(
                departure_id=option.departure_id,
                lines=option.together.lines,
                chargeable_kg=f"{Decimal(option.together.chargeable_g).scaleb(-3):f}",
                charge=Amount.of(option.together.charge),
            )
            for option in line.ridden
            if option.together is not None and line.whole is None
        ]


class Packing(Answer):
    """Cartons and what they take up."""

    cartons: int
    gross_kg: str
    m3: str
    pallets: int


class SampleCredit(Answer):
    """What a sample bought before takes off a line; the totals are less it."""

    sample_id: UUID
    reference: str
    amount: Amount

    @classmethod
    def of(cls, credit: Credit) -> "SampleCredit":
        """Write a credit."""
        return cls(sample_id=credit.sample_id, reference=credit.reference, amount=Amount.of(credit.amount))


class Line(Answer):
    """A line of a cart at its price; ``conforms_to`` is the approved sample that its contract will name.

    ``freight`` is what the carrier of ``departure_id`` asks. ``changes`` are ways with a change of lorry, offered with
    ``?changes=1`` alone. With a ``centre`` it is handed over there: it has no departure and no freight.
    """

    listing_id: UUID
    sku: str
    titles: dict[str, str]
    quantity: int
    unit: str
    unit_price: Amount
    amount: Amount
    sample_credit: SampleCredit | None
    conforms_to: str | None
    packing: Packing | None
    available: int | None
    lead_days: int | None
    to: str | None
    freight: Amount | None
    freight_included: bool
    shipments: list[ShipmentShared]
    departure_id: UUID | None
    departures: list[Departure]
    changes: list[Changing]
    centre: TakenFrom | None
    problems: list[Problem]

    @classmethod
    def of(cls, line: CartLine, ways: Mapping[Road, WayRow]) -> "Line":
        """Write a line with the ways of its departures."""
        load, offer = line.load, line.offer
        packing = Packing(cartons=line.cartons, gross_kg=f"{load.kg:f}", m3=f"{load.m3:f}", pallets=load.pallets)
        return cls(
            listing_id=line.item.listing_id,
            sku=offer.sku,
            titles=dict(offer.titles),
            quantity=line.item.quantity,
            unit=offer.unit,
            unit_price=Amount.of(line.unit_price),
            amount=Amount.of(line.amount),
            sample_credit=SampleCredit.of(line.credit) if line.credit else None,
            conforms_to=line.conforms_to.reference if line.conforms_to else None,
            packing=packing if offer.packing else None,
            available=offer.available,
            lead_days=offer.lead_days,
            to=line.to_place,
            freight=Amount.of(line.freight) if line.freight else None,
            freight_included=line.freight_included,
            shipments=ShipmentShared.of(line),
            departure_id=line.chosen.departure_id if line.chosen else None,
            departures=[
                Departure.of(
                    option, load.grams, ways.get((option.line_code, option.to_place)), whole=offer_of(line, option)
                )
                for option in line.options
            ],
            changes=[Changing.of(change, load.grams, ways) for change in line.changes],
            centre=TakenFrom.of(line.item.lying),
            problems=[Problem(code=problem.code, facts=problem.facts) for problem in line.problems],
        )


class PriceBasis(Answer):
    """An Incoterms 2020 rule and its named place."""

    incoterm: str
    place: str


class SoldOn(Answer):
    """By which company of the operator's a bundle can be bought as well, by which rails and plans."""

    seller: str
    rails: list[str]
    plans: list[PlanAnswer]

    @classmethod
    def of(cls, bundle: Bundle, seen: CartSeen) -> "SoldOn | None":
        """Write what is offered, None where its merchant alone sells it."""
        seller, ways = seen.sold_on_by(bundle), seen.ways_sold_on(bundle)
        if seller is None or not ways:
            return None
        return cls(
            seller=seller,
            rails=sorted({str(rail) for _, rail in ways}),
            plans=[PlanAnswer.of_offer(offer) for offer in dict.fromkeys(offer for offer, _ in ways)],
        )


class ShareAnswer(Answer):
    """A share of an order, and by when it is to be paid: for certain, or as far as one can see.

    ``pay_by`` is null where nobody knows; a card, which is certain, is charged at once.
    """

    event: str
    amount: Amount
    pay_by: Instant | None
    certain: bool


class PaymentWay(Answer):
    """A way to pay a bundle, as ``payment`` names it, with what would be paid when; a card is charged at once."""

    rail: str
    plan: str
    mode: str | None
    shares: list[ShareAnswer]

    @classmethod
    def all_of(cls, bundle: Bundle, seen: CartSeen) -> "list[PaymentWay]":
        """Write every way."""
        ways = [(offer, rail, None) for offer, rail in seen.ways(bundle)]
        ways += [(offer, rail, str(Mode.OPERATOR_SELLS)) for offer, rail in seen.ways_sold_on(bundle)]
        return [
            cls(
                rail=str(rail),
                plan=offer.plan.code,
                mode=mode,
                shares=[
                    ShareAnswer(
                        event=str(share.event),
                        amount=Amount.of(share.amount),
                        pay_by=share.pay_by,
                        certain=share.is_certain,
                    )
                    for share in seen.shares(bundle, offer.plan, rail)
                ],
            )
            for offer, rail, mode in ways
        ]


class BundleAnswer(Answer):
    """What becomes one order: one merchant, one set of trade terms, one currency.

    If it is placed now the merchant has until ``confirm_by`` to confirm it. With ``is_elsewhere`` its price basis
    brings the goods to another place than the cart's. Without ``bank`` among its ``rails`` the merchant, or the
    carrier of its freight, has named no account in the currency. ``plans`` are those that this amount can be paid by;
    ``sold_on`` says how the operator's trading company sells it too (``payment.mode`` is ``operator_sells`` then);
    ``local_methods`` are ways to pay at the provider instead of a card (``payment.method``);
    ``payments`` are all ways with what would be paid when; ``credit_refused`` is why no plan on credit is among them
    for a buyer that has credit.
    """

    key: str
    merchant_id: UUID
    merchant: str
    price_basis: PriceBasis
    currency: str
    confirm_by: Instant
    goods: Amount
    goods_approx: Approx | None
    freight: list[Amount]
    is_elsewhere: bool
    rails: list[Literal["card", "bank"]]
    plans: list[PlanAnswer]
    sold_on: SoldOn | None
    local_methods: list[str]
    payments: list[PaymentWay]
    credit_refused: str | None
    lines: list[Line]

    @classmethod
    def of(cls, bundle: Bundle, seen: CartSeen, ways: Mapping[Road, WayRow]) -> "BundleAnswer":
        """Write a bundle with the ways of its lines' departures."""
        return cls(
            key=bundle.key,
            merchant_id=bundle.merchant_id,
            merchant=seen.companies[bundle.merchant_id],
            price_basis=PriceBasis(incoterm=bundle.incoterm, place=bundle.place_code),
            currency=bundle.currency,
            confirm_by=bundle.confirm_by,
            goods=Amount.of(bundle.goods),
            goods_approx=Approx.of(seen.approximate(bundle.goods)),
            freight=[Amount.of(amount) for amount in bundle.freight],
            is_elsewhere=bundle.is_elsewhere(seen.cart.destination),
            rails=["card"] if seen.without_account(bundle) else ["card", "bank"],
            plans=[PlanAnswer.of_offer(offer) for offer in dict.fromkeys(offer for offer, _ in seen.ways(bundle))],
            sold_on=SoldOn.of(bundle, seen),
            local_methods=[str(method) for method in seen.local_methods(bundle)],
            payments=PaymentWay.all_of(bundle, seen),
            credit_refused=refused.code if (refused := seen.credit_refused(bundle)) else None,
            lines=[Line.of(line, ways) for line in bundle.lines],
        )


class Gone(Answer):
    """A line whose offer is no longer there; it is not in the totals."""

    listing_id: UUID
    quantity: int
    problem: Problem

    @classmethod
    def of(cls, gone: GoneLine) -> "Gone":
        """Write a line that is gone."""
        problem = Problem(code=gone.problem.code, facts=gone.problem.facts)
        return cls(listing_id=gone.item.listing_id, quantity=gone.item.quantity, problem=problem)


class Excluded(Answer):
    """What no amount here includes, and who pays it."""

    included: bool
    paid_by: str
    role: str


class UnitChoice(Answer):
    """A unit of the company that a checkout can be for, and its cost centre."""

    id: UUID
    name: str
    cost_centre: str


class Cart(Answer):
    """A cart; ``totals`` is what ``POST /checkout`` takes back as ``expected_totals``.

    While it is not ``is_orderable``, the problems of its lines say why; with ``is_freight_unknown`` the totals lack
    freight that will be owed. With ``company_address_missing`` the papers will say "address not given":
    ``PATCH /companies/{id}`` gives it.
    """

    to: str | None
    bundles: list[BundleAnswer]
    gone: list[Gone]
    totals: list[Total]
    totals_approx: list[Approx]
    is_orderable: bool
    is_freight_unknown: bool
    duty_and_tax: Excluded
    company_address_missing: bool
    units: list[UnitChoice]

    @classmethod
    def of(cls, seen: CartSeen, ways: Mapping[Road, WayRow]) -> "Cart":
        """Write a cart with the ways of its departures."""
        approximations = [Approx.of(seen.approximate(total.money)) for total in seen.cart.totals]
        return cls(
            to=seen.cart.destination,
            bundles=[BundleAnswer.of(bundle, seen, ways) for bundle in seen.cart.bundles],
            gone=[Gone.of(gone) for gone in seen.cart.gone],
            totals=[Total.of(total) for total in seen.cart.totals],
            totals_approx=[approx for approx in approximations if approx is not None],
            is_orderable=seen.cart.is_orderable,
            is_freight_unknown=seen.cart.is_freight_unknown,
            duty_and_tax=Excluded(included=False, paid_by=seen.importer, role="importer_of_record"),
            company_address_missing=seen.address_missing,
            units=[UnitChoice(id=unit.id, name=unit.name, cost_centre=unit.cost_centre) for unit in seen.units],
        )


class CheckoutPayment(Answer):
    """A payment of a checkout that has ordered nothing yet: for goods (``order``) or ``freight``.

    ``state``: ``to_pay`` (on ``payment_url``, once the provider has opened it), ``with_bank`` (the payer did what he
    can, his bank has not answered), ``reserved``, ``taken``, ``not_taken``, ``going_back``, ``went_back``.
    """

    subject: str
    reference: str
    merchant_id: UUID
    amount: Amount
    local_method: str | None
    state: str
    payment_url: str | None

    @classmethod
    def of(cls, seen: PaymentSeen) -> "CheckoutPayment":
        """Write a payment."""
        return cls(
            subject=str(seen.subject.kind),
            reference=seen.reference,
            merchant_id=seen.merchant_id,
            amount=Amount.of(seen.amount),
            local_method=str(seen.local_method) if seen.local_method else None,
            state=str(seen.stand),
            payment_url=seen.page_url,
        )


class Checkout(Answer):
    """How a checkout stands: its orders, or the page to pay on.

    Until it is ordered ``payments`` say how each stands and ``pay_by`` how long it waits. With ``waits_for_bank`` there
    is nothing left to pay, and no ``payment_url``: whoever pays again pays twice.
    """

    id: UUID
    state: str
    group_id: UUID | None
    order_ids: list[UUID]
    payment_url: str | None
    waits_for_bank: bool
    pay_by: Instant | None
    payments: list[CheckoutPayment]

    @classmethod
    def of(cls, outcome: Outcome, order_ids: tuple[UUID, ...]) -> "Checkout":
        """Write an outcome."""
        return cls(
            id=outcome.attempt_id,
            state=str(outcome.state),
            group_id=outcome.group_id,
            order_ids=list(order_ids),
            payment_url=outcome.payment_url,
            waits_for_bank=outcome.waits_for_bank,
            pay_by=outcome.pay_by,
            payments=[CheckoutPayment.of(one) for one in outcome.payments],
        )
