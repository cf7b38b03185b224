"""Samples: how they travel, where they stand, what is credited on which bulk order, and what a contract names."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, Final
from uuid import UUID

from marketplace.kernel.lifecycle import Lifecycle
from marketplace.kernel.money import Money

PREFIX: Final = "SMP"


class Way(StrEnum):
    """How a sample travels."""

    COURIER = "courier"
    LORRY = "lorry"


class SampleState(StrEnum):
    """Where a sample stands."""

    ORDERED = "ordered"
    SENT = "sent"  # with a courier
    RECEIVED = "received"
    APPROVED = "approved"
    REFUSED = "refused"
    LAPSED = "lapsed"  # its buyer said nothing in time
    VOID = "void"  # it never came to its buyer


SAMPLE: Final = Lifecycle(
    "sample",
    {
        SampleState.ORDERED: {
            "send": SampleState.SENT,
            "receive": SampleState.RECEIVED,
            "void": SampleState.VOID,
        },
        SampleState.SENT: {"receive": SampleState.RECEIVED, "void": SampleState.VOID},
        SampleState.RECEIVED: {
            "approve": SampleState.APPROVED,
            "refuse": SampleState.REFUSED,
            "lapse": SampleState.LAPSED,
        },
    },
)
# While one of these is on its way or waits for a word, its buyer orders no other of the same goods.
OPEN: Final = (SampleState.ORDERED, SampleState.SENT, SampleState.RECEIVED)
# What came can be credited, whatever was said of it.
CAME: Final = (SampleState.RECEIVED, SampleState.APPROVED, SampleState.REFUSED, SampleState.LAPSED)


@dataclass(frozen=True, slots=True, kw_only=True)
class SampleWish:
    """So many sample units of a listing, by which way and to which place, as a buyer asks for them."""

    listing_id: UUID
    quantity: int
    way: Way
    to: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PlacedSample:
    """What a sample order freezes beside its line: its parts of the price, its worth to customs, how it is credited.

    The line's amount is ``goods`` and ``courier`` together. ``credit_days`` None: nothing is credited.
    """

    id: UUID
    reference: str
    way: Way
    goods: Money
    courier: Money
    customs: Money
    lead_days: int
    courier_days: int | None
    credit_days: int | None
    credit_least: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Had:
    """A sample that a buyer had of a listing: what is left to be credited of it, and when it was approved.

    ``held_by`` is the order, or the order of a checkout, that has taken the credit.
    """

    id: UUID
    reference: str
    credit: Money | None = None
    credit_until: datetime | None = None
    held_by: UUID | None = None
    credit_least: int = 1
    approved_at: datetime | None = None
    content_hash: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class SampleCredit:
    """What the price of a sample takes off a bulk line."""

    sample_id: UUID
    reference: str
    amount: Money


@dataclass(frozen=True, slots=True, kw_only=True)
class Credited:
    """A sample and the line of an order that takes its credit."""

    sample_id: UUID
    order_id: UUID
    line_id: UUID
    amount: Money


@dataclass(frozen=True, slots=True, kw_only=True)
class Conforming:
    """The approved sample that goods of a contract have to be like."""

    reference: str
    approved_at: datetime
    content_hash: str


def credit_left(*, goods: Money, courier: Money, lessened: Money, let_off: Money) -> Money:
    """Return what of a sample's price can be credited: what its goods cost, while so much of what was paid is left.

    By what both sides ``lessened`` its price the goods cost less. What was ``let_off`` for a cause is taken from the
    courier's fee first, whether the credit was in use then or not: both together are never more than was paid, and a
    credit that comes back is whole.
    """
    whole = goods + courier
    paid = whole - lessened
    price = goods.portion(paid.minor, whole.minor) if lessened else goods
    return max(min(price, paid - let_off), Money.zero(goods.currency))


def credit_of(had: Sequence[Had], *, amount: Money, quantity: int, now: datetime) -> SampleCredit | None:
    """Return what a bulk line of this amount takes the credit of, the sample whose time ends first; None for nothing.

    A sample in another currency is not credited, rates re-price nothing. Something of the line always stays to be paid.
    """
    usable = [
        (one.credit_until, one.reference, one)
        for one in had
        if one.credit is not None
        and one.held_by is None
        and one.credit_until is not None
        and one.credit.minor > 0
        and one.credit.currency == amount.currency
        and one.credit_until > now
        and quantity >= one.credit_least
    ]
    if not usable or amount.minor < 2:
        return None
    first = min(usable)[2]
    credit = first.credit or Money.zero(amount.currency)
    return SampleCredit(
        sample_id=first.id,
        reference=first.reference,
        amount=min(credit, Money(amount.minor - 1, amount.currency)),
    )


def conforming_of(had: Sequence[Had]) -> Conforming | None:
    """Return the sample that was approved last."""
    approved = [(one.approved_at, one.reference, one.content_hash) for one in had if one.approved_at is not None]
    if not approved:
        return None
    approved_at, reference, content_hash = max(approved)
    return Conforming(reference=reference, approved_at=approved_at, content_hash=content_hash)


def content_hash(content: Mapping[str, Any]) -> str:
    """Return the SHA-256 of what a sample is a sample of, as canonical JSON: whoever approves it binds to this."""
    return hashlib.sha256(json.dumps(content, sort_keys=True, separators=(",", ":")).encode()).hexdigest()
