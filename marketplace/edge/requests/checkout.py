"""What people send about carts and checkouts."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Annotated, Final, Literal
from uuid import UUID

from flask_babel import lazy_gettext as _
from pydantic import BeforeValidator, Field, PlainValidator, TypeAdapter

from marketplace.checkout.rules.wanted import Expected, InsuranceWish, PaymentChoice, Wanted
from marketplace.checkout.rules.ways import Way
from marketplace.edge import messages
from marketplace.edge.parsing import Currency, Exact, Line, Request, Tick, Whole, blank_is_none
from marketplace.kernel.errors import Refused
from marketplace.kernel.money import Money
from marketplace.orders.rules.carts import MOST_LINES
from marketplace.payments.rules.local_methods import LocalMethod
from marketplace.payments.rules.terms import Mode, Rail

Optional = Annotated[Line | None, BeforeValidator(blank_is_none)]
OrderNumber = Annotated[Line | None, Field(max_length=80), BeforeValidator(blank_is_none)]
OptionalCurrency = Annotated[Currency | None, BeforeValidator(blank_is_none)]


class PriceBasis(Request):
    """An Incoterms rule and, where an offer has it at several, its named place."""

    incoterm: Line
    place: Optional = None


class Quantity(Request):
    """So much of something; ``price_basis`` is a rule, ``FCA``, or rule and place, ``FCA CNCKG-HUB``."""

    quantity: Whole
    currency: OptionalCurrency = None
    price_basis: Annotated[PriceBasis | Line | None, BeforeValidator(blank_is_none)] = None

    @property
    def basis(self) -> tuple[str | None, str | None]:
        """Rule and place that were asked for."""
        if isinstance(self.price_basis, PriceBasis):
            return self.price_basis.incoterm.upper(), self.price_basis.place
        rule, _, place = (self.price_basis or "").partition(" ")
        return rule.upper() or None, place.strip() or None


class CartLine(Quantity):
    """A quantity of a listing. ``to`` is where it shall go: a cart with other goods goes on to where these go.

    ``centre``: of what lies in a distribution centre that sells it; it is handed over there, and no lorry carries it.
    """

    to: Optional = None
    centre: Annotated[UUID | None, BeforeValidator(blank_is_none)] = None


class CartChange(Request):
    """Where the goods of the cart shall go: the code of a place."""

    to: Line


class Total(Request):
    """A total as ``GET /cart`` gave it."""

    amount: Exact
    currency: Currency
    kind: Literal["goods", "freight"] | None = None

    def expected(self) -> Expected:
        """Return it as a value."""
        try:
            return Expected(self.kind, Money.of(self.amount, self.currency))
        except ValueError:
            raise Refused.field("expected_totals", "too_fine", f"the decimals of {self.currency}") from None


class Payment(Request):
    """How an order is paid: rail, a plan that its merchant offers, and for a card the provider's payment method.

    ``mode`` is who settles it: ``operator_sells`` where the operator's trading company buys of the merchant and sells
    to the buyer; without it the merchant sells itself (``direct`` by bank, ``provider_held`` by card). ``method`` is a
    local way to pay at the provider instead of a card, of those that the bundle's ``local_methods`` name.
    """

    rail: Literal["card", "bank"]
    plan: Line
    payment_method: Optional = None
    method: Annotated[LocalMethod | None, BeforeValidator(blank_is_none)] = None
    mode: Annotated[Literal["direct", "provider_held", "operator_sells"] | None, BeforeValidator(blank_is_none)] = None

    def choice(self, at: str = "payment") -> PaymentChoice:
        """Return it as a value; what is refused of it is named by where it stands."""
        mode = Mode(self.mode) if self.mode else None
        try:
            return PaymentChoice(Rail(self.rail), self.plan, self.payment_method, mode, self.method)
        except Refused as refusal:
            errors = (replace(one, field=one.field.replace("payment", at, 1)) for one in refusal.errors)
            raise Refused.fields(*errors) from refusal


class Insurance(Request):
    """A cover of those that ``GET /cart/insurance`` offers, and what the goods are insured for, 110 % if left out."""

    cover: UUID
    declared_value: Annotated[Exact | None, BeforeValidator(blank_is_none)] = None

    def wish(self) -> InsuranceWish:
        """Return it as a value."""
        return InsuranceWish(self.cover, self.declared_value)


_ID: Final = TypeAdapter(UUID)


class OnwardWay(Request):
    """A way by two departures, as ``GET /cart?changes=1`` offers them in a line's ``changes``."""

    first: UUID
    second: UUID


class WholeWay(Request):
    """The whole lorry of a departure, as ``GET /cart`` offers it: all lines that go by it share its price."""

    whole: UUID


# Before the id of a departure that a form takes whole.
WHOLE: Final = "whole+"


def _way(sent: object) -> object:
    """Read what a line goes by: the id of a departure, all of it, or a way, in a form both ids with a plus between.

    What is none of these is refused as an id would be.
    """
    if isinstance(sent, str) and sent.startswith(WHOLE):
        sent = {"whole": sent.removeprefix(WHOLE)}
    elif isinstance(sent, str) and "+" in sent:
        first, second = sent.split("+", 1)
        sent = {"first": first, "second": second}
    if isinstance(sent, Mapping):
        return (WholeWay if "whole" in sent else OnwardWay).model_validate(sent)
    return sent if isinstance(sent, OnwardWay | WholeWay) else _ID.validate_python(sent)


_Way = UUID | OnwardWay | WholeWay
Chosen = Annotated[_Way, PlainValidator(_way, json_schema_input_type=_Way)]


class CartQuery(Request):
    """``changes=1`` offers ways with a change too; ``departure`` is chosen for every line that can go by it."""

    changes: Tick = False
    departure: Annotated[UUID | None, BeforeValidator(blank_is_none)] = None
    to: Optional = None
    approval: Optional = None


class Checkout(Request):
    """A checkout: totals as seen, departures by listing, payment and order number for all bundles or by bundle key.

    ``freight_quotes`` are quotes that the company of whoever asks was given, by listing: each binds until it expires.
    ``unit_id`` is the unit of the company that it is for, the own one where none is named. ``insurance`` is by
    bundle key. Who books accepts the terms of ``GET /carriage-terms``; ``carrier_terms`` names the version
    that was read, and another one by then is refused. A line goes by one departure, ``id``, by all of it,
    ``{"whole": id}``, or by two with a change between them, ``{"first": id, "second": id}``.
    """

    expected_totals: list[Total] = Field(max_length=40)
    departures: dict[UUID, Chosen] = Field(default_factory=dict, max_length=MOST_LINES)
    freight_quotes: dict[UUID, UUID] = Field(default_factory=dict, max_length=MOST_LINES)
    payment: Payment
    payments: dict[str, Payment] = Field(default_factory=dict, max_length=MOST_LINES)
    purchase_order_number: OrderNumber = None
    purchase_order_numbers: dict[str, OrderNumber] = Field(default_factory=dict, max_length=MOST_LINES)
    unit_id: Annotated[UUID | None, BeforeValidator(blank_is_none)] = None
    to: Optional = None
    insurance: dict[str, Insurance] = Field(default_factory=dict, max_length=MOST_LINES)
    carrier_terms: Optional = None

    @property
    def ways(self) -> dict[UUID, Way]:
        """The ways with a change, by listing."""
        found = ((key, one) for key, one in self.departures.items() if isinstance(one, OnwardWay))
        return {key: Way(one.first, one.second) for key, one in found}

    def wanted(self) -> Wanted:
        """Return it as a value."""
        return Wanted(
            expected_totals=tuple(total.expected() for total in self.expected_totals),
            payment=self.payment.choice(),
            departures={
                key: one.whole if isinstance(one, WholeWay) else one
                for key, one in self.departures.items()
                if not isinstance(one, OnwardWay)
            },
            whole=frozenset(one.whole for one in self.departures.values() if isinstance(one, WholeWay)),
            ways=self.ways,
            freight_quotes=self.freight_quotes,
            payments={key: payment.choice(f"payments.{key}") for key, payment in self.payments.items()},
            purchase_order_number=self.purchase_order_number or "",
            purchase_order_numbers={key: number or "" for key, number in self.purchase_order_numbers.items()},
            unit_id=self.unit_id,
            to=self.to,
            insurance={key: wanted.wish() for key, wanted in self.insurance.items()},
        )


messages.register(
    codes={
        "lacking": {"grams": _("weight"), "cm3": _("volume"), "ldm_mm": _("loading metres"), "pallets": _("pallets")},
    },
    errors={
        "expected_totals": _("The total has moved since you saw it. Look at the new one and decide again."),
        "quote_expired": _("The freight that was quoted holds no longer. Look at what is asked now and decide again."),
        "quote_differs": _("A freight quote is for other goods, another departure or another place than the cart has."),
        "cart_empty": _("The cart is empty."),
        "cart_full": _("A cart holds %(most)s lines. Check out, or take something out."),
        "cart_changed": _("Some lines of the cart can no longer be ordered as they stand."),
        "capacity": _("The departure has no room left for this: %(lacking)s."),
        "capacity_on": _("Departure %(reference)s has no room left for this: %(lacking)s."),
        "capacity_together": _(
            "Departure %(reference)s has no room left for what was to go on it together (%(skus)s): %(lacking)s. "
            "Choose another departure for some of it."
        ),
        "capacity_most": _(
            "One lorry takes %(most)s at most, and you want %(quantity)s: order %(most)s or less by one departure, and "
            "the rest by others (%(lorries)s lorries in all)."
        ),
        "capacity_most_whole": _(
            "One lorry takes %(most)s at most, and you want %(quantity)s: order %(most)s or less by one departure, and "
            "the rest by others (%(lorries)s lorries in all; a whole lorry costs from %(whole_lorry)s)."
        ),
        "capacity_none": _("No lorry that goes there is large enough for the smallest quantity of these goods."),
        "capacity_free": _(
            "No departure has room for %(quantity)s now: order %(free)s or less, or wait for more departures."
        ),
        "capacity_full": _("All departures to this place are full. Look again when more are scheduled."),
        "contact_unconfirmed": _(
            "Confirm your e-mail address or phone number first: log in once with a code that is sent there."
        ),
        "unverified_orders": _(
            "Until the operator has verified your company, %(most)s unpaid orders by bank transfer may be open at "
            "once. Pay one, pay this one by card, or show what is asked of a verified buyer."
        ),
        "unverified_value": _(
            "Until the operator has verified your company, its unpaid orders by bank transfer may come to %(most)s at "
            "most. Pay one, pay this one by card, or show what is asked of a verified buyer."
        ),
        "unverified_stock": _(
            "Until the operator has verified your company, its unpaid orders by bank transfer may hold %(percent)s %% "
            "of an offer's stock at most: %(most)s of these goods. Order less, pay by card, or show what is asked of a "
            "verified buyer."
        ),
        "cutoff": _("The departure takes no more cargo. Choose a later one."),
        "segregation_of": _(
            "These goods must not stand beside others on the departure that was chosen (%(skus)s). Choose another one "
            "for them."
        ),
        "dangerous_cutoff": _("The departure takes no more dangerous goods. Choose a later one."),
        "departure_closed": _("The departure is closed. Choose a later one."),
        "departure_missed": _(
            "The goods cannot be at the hub in time for the departure that was chosen. The next possible one: %(next)s."
        ),
        "no_departure": _("No departure takes these goods to this place."),
        "no_onward": _("No second lorry takes these goods on from %(hub)s after the first one. Choose another day."),
        "not_sold_there": _("These goods are not sold from this distribution centre any more."),
        "not_sold_on": _("The operator's trading company does not sell these goods in %(currency)s."),
        "no_payee": _("No bank account in %(currency)s is named for this seller. Pay by card, or ask the seller."),
        "card_declined": _("The card was declined (%(decline_code)s). Nothing was ordered, and no money is kept."),
        "payment_failed": _(
            "The payment did not go through (%(decline_code)s). Nothing was ordered, and no money is kept."
        ),
        "cart_in_checkout": _("These goods are in another checkout of yours: go on with it on its page."),
        "checkout_superseded": _(
            "You began another checkout of the same goods, which ended this one. It ordered nothing and keeps no money."
        ),
        "checkout_expired": _("The time to pay is over. Nothing was ordered, and no money is kept."),
    },
    fields={
        "own_goods": _("These are your own goods."),
        "not_sold_there": _("These goods are not sold from there. Choose %(accepted)s."),
        "packing_unknown": _("The merchant has not stated the packing: these goods cannot be ordered yet."),
        "dangerous_undecided": _(
            "The merchant has not said whether these goods are dangerous: they cannot be ordered yet."
        ),
        "dangerous_not_carried": _(
            "The city's lorries carry no explosives, infectious or radioactive goods: these cannot be ordered."
        ),
        "dangerous_courier": _("No courier takes dangerous goods. Choose a lorry."),
        "one_rail": _("The orders that share a whole lorry are all paid by card, or all by bank: %(accepted)s."),
        "only_for_card": _("A payment method is for cards only."),
        "only_instead_of_card": _("A local way to pay stands in place of a card, not beside one or a bank transfer."),
        "card_declined": _("Use another card."),
    },
)
