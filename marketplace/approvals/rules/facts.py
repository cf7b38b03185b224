"""The plain facts of a request: who asks, for what, and what it comes to in one currency."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from uuid import UUID

from marketplace.kernel.money import Money

# How many units of the second currency one unit of the first is.
Rates = Mapping[tuple[str, str], Decimal]


@dataclass(frozen=True, slots=True, kw_only=True)
class Who:
    """Somebody of a company: roles, and the unit that he belongs to."""

    person_id: UUID
    roles: frozenset[str] = frozenset()
    unit_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class Sort:
    """Goods that no rule can tell apart: of a merchant, of a category, to a place; what is not known is None."""

    merchant_id: UUID | None = None
    category: str | None = None
    destination: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What a request is about; ``totals``: all that the company would owe, ``days_left`` until its first departure.

    ``added``: what of the totals was not ordered before; None where nothing was.
    """

    who: Who
    totals: tuple[Money, ...]
    goods: tuple[Sort, ...] = (Sort(),)
    days_left: int | None = None
    added: tuple[Money, ...] | None = None

    @property
    def new(self) -> tuple[Money, ...]:
        """What counts beside what was spent before."""
        return self.totals if self.added is None else self.added


@dataclass(frozen=True, slots=True, kw_only=True)
class About:
    """What the rules ask of a purchase beside what it says: categories by item, and when its first departure leaves."""

    categories: Mapping[UUID, str]
    departs_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Grown:
    """What was placed as it would be with what is added to it: goods and freight, ``added`` being a part of ``whole``.

    ``approved``: what its approval was of; None where it needed none.
    """

    whole: tuple[Money, ...]
    added: tuple[Money, ...]
    approved: tuple[Money, ...] | None
    goods: tuple[Sort, ...]
    departs_at: datetime | None

    @property
    def is_approved(self) -> bool:
        """Whether it stays, in each currency, within what was approved."""
        if self.approved is None:
            return False
        most = {each.currency: each for each in self.approved}
        return all(each.currency in most and each <= most[each.currency] for each in self.whole if each)


def summed(amounts: Iterable[Money]) -> tuple[Money, ...]:
    """Return one sum for each currency."""
    sums: dict[str, int] = {}
    for amount in amounts:
        sums[amount.currency] = sums.get(amount.currency, 0) + amount.minor
    return tuple(Money(sums[currency], currency) for currency in sorted(sums))


def total_in(currency: str, amounts: Iterable[Money], rates: Rates) -> Money | None:
    """Return amounts of any currencies as one, rounded once, half up; None where a rate is missing."""
    whole = Decimal(0)
    for amount in amounts:
        rate = Decimal(1) if amount.currency == currency else rates.get((amount.currency, currency))
        if rate is None:
            return None
        whole += amount.amount * rate
    return Money.rounded(whole, currency)


def pairs(into: Collection[str], amounts: Iterable[Money]) -> set[tuple[str, str]]:
    """Return the rates that are needed to have these amounts in each of these currencies."""
    return {(amount.currency, currency) for amount in amounts for currency in into if amount.currency != currency}
