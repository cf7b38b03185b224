"""What a buyer asks of a checkout."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Final, Literal
from uuid import UUID

from marketplace.checkout.rules.ways import Way
from marketplace.kernel.errors import Conflict, Refused
from marketplace.kernel.money import Money
from marketplace.orders.rules.samples import SampleWish
from marketplace.payments.rules.local_methods import LocalMethod
from marketplace.payments.rules.terms import MODE_OF_RAIL, Mode, Plan, Rail, SubjectKind, modes_by, plans_for

_CODE: Final = re.compile(r"[a-z][a-z0-9_]{2,31}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Total:
    """One currency's sum of goods, or of freight that the buyer owes."""

    kind: Literal["goods", "freight"]
    money: Money


@dataclass(frozen=True, slots=True)
class Expected:
    """A total as the buyer saw it; without a kind it is the currency's goods and freight together."""

    kind: Literal["goods", "freight"] | None
    money: Money


@dataclass(frozen=True, slots=True)
class PaymentChoice:
    """How an order is paid; by card without a method the buyer is sent to the provider's page.

    There he pays by card, or by the local ``method`` that is named: the money takes the card's way from then on.

    Without a ``mode`` the merchant sells itself, and the rail says how that is settled.
    """

    rail: Rail
    plan: str  # the code of a preset, or of a plan of the merchant's own
    payment_method: str | None = None
    mode: Mode | None = None
    method: LocalMethod | None = None

    @property
    def settled(self) -> Mode:
        """The settlement mode that was chosen, or that the rail has by itself."""
        return self.mode or MODE_OF_RAIL[self.rail]

    def __post_init__(self) -> None:
        """Refuse a plan that is not for orders, and a card where none is asked for."""
        if self.plan == Plan.FREIGHT_HANDOVER_100 or not _CODE.fullmatch(self.plan):
            raise Refused.field("payment.plan", "choice", ", ".join(plans_for(SubjectKind.ORDER)))
        if self.payment_method is not None and self.rail is not Rail.CARD:
            raise Refused.field("payment.payment_method", "only_for_card", "no payment method for a bank transfer")
        if self.method is not None and (self.rail is not Rail.CARD or self.payment_method is not None):
            raise Refused.field("payment.method", "only_instead_of_card", "no local method beside a bank or a card")
        if self.mode is not None and self.mode not in modes_by(self.rail):
            raise Refused.field("payment.mode", "choice", ", ".join(modes_by(self.rail)))


@dataclass(frozen=True, slots=True)
class InsuranceWish:
    """The cover by which a bundle's goods are to be insured, for 110 per cent unless another value is declared."""

    cover_id: UUID
    declared: Decimal | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """A checkout as asked for: totals seen, departures and freight quotes by listing, how each bundle is paid.

    Without ``unit_id`` it is for the unit that its person belongs to.
    """

    expected_totals: tuple[Expected, ...]
    payment: PaymentChoice
    departures: dict[UUID, UUID] = field(default_factory=dict[UUID, UUID])
    # By listing as well: lines that go by two departures, with a change between them.
    ways: dict[UUID, Way] = field(default_factory=dict[UUID, Way])
    # Departures that are taken whole: all lines that go by them share the price of the lorry.
    whole: frozenset[UUID] = frozenset()
    freight_quotes: dict[UUID, UUID] = field(default_factory=dict[UUID, UUID])
    payments: dict[str, PaymentChoice] = field(default_factory=dict[str, PaymentChoice])
    purchase_order_number: str = ""
    purchase_order_numbers: dict[str, str] = field(default_factory=dict[str, str])
    unit_id: UUID | None = None
    to: str | None = None
    sample: SampleWish | None = None  # this, and not what lies in the cart
    insurance: dict[str, InsuranceWish] = field(default_factory=dict[str, InsuranceWish])

    def payment_of(self, bundle_key: str) -> PaymentChoice:
        """Return how this bundle is paid."""
        return self.payments.get(bundle_key, self.payment)

    def order_number_of(self, bundle_key: str) -> str:
        """Return the buyer's purchase order number of this bundle, that of all where it has none of its own."""
        return self.purchase_order_numbers.get(bundle_key) or self.purchase_order_number


def check_totals(expected: Sequence[Expected], actual: Sequence[Total]) -> None:
    """Raise Conflict ``expected_totals`` naming what moved, unless the buyer saw exactly what he would owe now."""
    seen, now = _by_kind(expected, actual)
    if seen == now:
        return
    changes = [
        {
            "kind": kind or "",
            "currency": currency,
            "expected": _amount(seen.get((kind, currency), 0), currency),
            "actual": _amount(now.get((kind, currency), 0), currency),
        }
        for kind, currency in sorted(seen.keys() | now.keys(), key=lambda key: (key[0] or "", key[1]))
        if seen.get((kind, currency), 0) != now.get((kind, currency), 0)
    ]
    totals = [
        {"kind": total.kind, "amount": f"{total.money.amount:f}", "currency": total.money.currency} for total in actual
    ]
    raise Conflict("expected_totals", changes=changes, totals=totals)


def _by_kind(
    expected: Sequence[Expected], actual: Sequence[Total]
) -> tuple[dict[tuple[str | None, str], int], dict[tuple[str | None, str], int]]:
    """Sum both sides by kind and currency; by currency alone when the buyer named no kinds."""
    named = all(item.kind is not None for item in expected)
    seen: dict[tuple[str | None, str], int] = {}
    for item in expected:
        key = (item.kind if named else None, item.money.currency)
        seen[key] = seen.get(key, 0) + item.money.minor
    now: dict[tuple[str | None, str], int] = {}
    for total in actual:
        key = (total.kind if named else None, total.money.currency)
        now[key] = now.get(key, 0) + total.money.minor
    return seen, now


def _amount(minor: int, currency: str) -> str:
    return f"{Money(minor, currency).amount:f}"
