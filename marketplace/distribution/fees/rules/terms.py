"""Fee rules as values, and what they say of a booking."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from typing import Final
from uuid import UUID

from marketplace.kernel.errors import FieldError, Refused
from marketplace.kernel.money import Money, UnitPrice

WHOLE: Final = 10_000  # basis points
MOST_GRACE: Final = timedelta(hours=24)
MOST_FREE: Final = timedelta(days=60)
_MICRO_GRAMS: Final = 10**9


class FeeKind(StrEnum):
    """What is charged for."""

    NO_SHOW = "no_show"  # confirmed, not there at the cargo cut-off, and not on the lorry
    LATE_CARGO = "late_cargo"  # taken in after the cargo cut-off
    CANCELLATION = "cancellation"  # given up when it is free of charge no longer
    WAITING = "waiting"  # a whole lorry waited for its hirer: no rule is published, its freight froze the rate


BY_RULE: Final = (FeeKind.NO_SHOW, FeeKind.LATE_CARGO, FeeKind.CANCELLATION)


class Basis(StrEnum):
    """What a fee is reckoned by."""

    PERCENT = "percent"  # of the freight of the line
    PER_KG = "per_kg"  # of its chargeable weight


class Side(StrEnum):
    """A side of an order."""

    BUYER = "buyer"
    MERCHANT = "merchant"


@dataclass(frozen=True, slots=True, kw_only=True)
class FeeTerms:
    """What a fee rule says: ``share_bp`` of the freight or ``per_kg``, at least ``minimum``.

    ``grace`` runs from the cargo cut-off; ``free_until`` so long before it a booking is given up free of charge.
    """

    kind: FeeKind
    basis: Basis
    share_bp: int
    per_kg: UnitPrice | None
    minimum: Money
    grace: timedelta
    free_until: timedelta


@dataclass(frozen=True, slots=True, kw_only=True)
class FeeRule(FeeTerms):
    """A published rule: it counts for freight agreed from its day on, until a later rule of its kind does."""

    id: UUID
    valid_from: date
    source: str
    is_fictitious: bool


# Why a booking left its departure although its shipper was there: the lorry's doing, never a fee.
_ROAD: Final = frozenset(
    {
        "departure_cancelled",
        "departure_closed",
        "late_first",
        "no_departure",
        "not_loaded",
        "other_lorry",
        "overbooked",
        "plan",
    }
)
# The road gives a booking up, or moves it: only what had not come in time is to answer for that.
_NO_CARGO: Final = "no_cargo"
_BY_ROAD: Final = frozenset({"by_hand", "declined", "no_onward", _NO_CARGO})
_BUYER: Final = frozenset({"order_buyer", "order_deposit_missing", "order_payment_failed"})
_MERCHANT: Final = frozenset({"order_merchant", "order_not_confirmed", "order_out_of_stock", "order_late"})


def check(terms: FeeTerms) -> None:
    """Refuse terms that say nothing, or two things at once."""
    errors: list[FieldError] = []
    if terms.kind not in BY_RULE:
        errors.append(FieldError("kind", "choice", ", ".join(BY_RULE)))
    if terms.basis is Basis.PERCENT and not 0 < terms.share_bp <= WHOLE:
        errors.append(FieldError("percent", "range", "more than 0, at most 100"))
    if terms.basis is Basis.PER_KG and (terms.per_kg is None or terms.per_kg.micro <= 0):
        errors.append(FieldError("per_kg", "too_small", "more than 0"))
    if terms.minimum.minor < 0:
        errors.append(FieldError("minimum", "too_small", "0 or more"))
    if not timedelta(0) <= terms.grace <= MOST_GRACE:
        errors.append(FieldError("grace_minutes", "range", f"0 to {MOST_GRACE // timedelta(minutes=1)} minutes"))
    if not timedelta(0) <= terms.free_until <= MOST_FREE:
        errors.append(FieldError("free_days", "range", f"0 to {MOST_FREE.days} days"))
    if errors:
        raise Refused.fields(*errors)


def in_force(rules: Iterable[FeeRule], *, kind: FeeKind, on: date) -> FeeRule | None:
    """Return the rule of a kind on a day: that of the latest day, of one day the one entered last (they come so)."""
    found: FeeRule | None = None
    for rule in rules:
        if rule.kind is kind and rule.valid_from <= on and (found is None or rule.valid_from >= found.valid_from):
            found = rule
    return found


@dataclass(frozen=True, slots=True, kw_only=True)
class Left:
    """A booking that leaves its departure: ``rolled``, or ended; ``reason`` is the code that it left with.

    ``has_cargo``: its owner brought the goods. To a second lorry the first one brings them: the owner's part is done
    once the first carrier has them, and whatever keeps them from the second then is the road's doing.
    """

    reason: str
    rolled: bool
    is_confirmed: bool
    has_cargo: bool
    cutoff_at: datetime
    at: datetime


def kind_of(left: Left, *, no_show: FeeRule | None, cancellation: FeeRule | None) -> FeeKind | None:
    """Return what a booking is charged for that leaves its departure; None for nothing.

    Nothing is asked of room that was never confirmed, of goods that are there, and of what the road did. After the
    cut-off and its grace goods that are not there are a no-show, however they leave; the lorry that is sealed waits
    for no grace. Before that a move is free, and so is an end so long before the cut-off as the rule says.
    """
    if not left.is_confirmed or left.has_cargo or left.reason in _ROAD:
        return None
    if no_show is not None:
        grace = timedelta(0) if left.reason == _NO_CARGO else no_show.grace
        if left.at >= left.cutoff_at + grace:
            return FeeKind.NO_SHOW
    if left.rolled or left.reason in _BY_ROAD or cancellation is None:
        return None
    return FeeKind.CANCELLATION if left.at > left.cutoff_at - cancellation.free_until else None


def is_late(rule: FeeRule, *, cutoff_at: datetime, at: datetime) -> bool:
    """Tell whether cargo that comes now is charged as late."""
    return at > cutoff_at + rule.grace


def owed_by(kind: FeeKind, *, incoterm: str, reason: str = "") -> Side:
    """Return who owes a fee: who cancelled, else the side that hands the goods to the carrier by the price basis.

    Ex works the buyer fetches them; by every other rule the seller brings them.
    """
    if kind is FeeKind.CANCELLATION and reason in _BUYER:
        return Side.BUYER
    if kind is FeeKind.CANCELLATION and reason in _MERCHANT:
        return Side.MERCHANT
    return Side.BUYER if incoterm == "EXW" else Side.MERCHANT


def fee(terms: FeeTerms, *, freight: Money, grams: int, convert: Callable[[Money], Money | None]) -> Money:
    """Return the fee of a line with this freight and chargeable weight, in the freight's currency, rounded once.

    ``convert`` brings what the rule says in its own currency into that of the freight, None without an exchange rate:
    a least charge then counts for nothing, and a charge by weight stays in the rule's currency.
    """
    least = convert(terms.minimum)
    if terms.basis is Basis.PERCENT or terms.per_kg is None:
        share = freight.portion(terms.share_bp, WHOLE)
        return share if least is None else max(share, least)
    own = Money.rounded(Decimal(terms.per_kg.micro) * grams / _MICRO_GRAMS, terms.per_kg.currency)
    by_weight = convert(own)
    if by_weight is None or least is None:
        return max(own, terms.minimum)
    return max(by_weight, least)
