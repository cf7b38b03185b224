"""What goods are insured for, and what it costs; and which goods an insurer takes."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Final

from marketplace.kernel.errors import Conflict, FieldError, Refused
from marketplace.kernel.lifecycle import Lifecycle
from marketplace.kernel.money import Money, largest_remainder

# Goods and freight and ten per cent for the profit hoped for (Incoterms 2020, CIP A5; CIF A5).
UPLIFT_PERCENT: Final = 110
_PER_MILLION: Final = 1_000_000
# A declared value may lie between what the goods cost and twice that.
MOST_PERCENT: Final = 200
_LARGEST_RATE_PPM: Final = 100_000


class Clauses(StrEnum):
    """Institute Cargo Clauses: (A) all risks, (B) and (C) named ones, (C) the fewest."""

    A = "A"
    B = "B"
    C = "C"


class CoverKind(StrEnum):
    """An open cover takes declaration after declaration; a single one is of one certificate."""

    OPEN = "open"
    SINGLE = "single"


class InsuranceState(StrEnum):
    """How far an insurance is: taken, at risk since the hub has goods, voided before that, ended after delivery."""

    TAKEN = "taken"
    AT_RISK = "at_risk"
    ENDED = "ended"
    VOID = "void"


INSURANCE: Final = Lifecycle(
    "cargo_insurance",
    {
        InsuranceState.TAKEN: {
            "attach": InsuranceState.AT_RISK,
            "extend": InsuranceState.TAKEN,
            "void": InsuranceState.VOID,
        },
        InsuranceState.AT_RISK: {
            "attach": InsuranceState.AT_RISK,
            "extend": InsuranceState.AT_RISK,
            "end": InsuranceState.ENDED,
        },
        # More of the goods is agreed after the first have arrived.
        InsuranceState.ENDED: {"extend": InsuranceState.AT_RISK},
    },
)
LIVE: Final = (InsuranceState.TAKEN, InsuranceState.AT_RISK, InsuranceState.ENDED)
# From the strictest to what covers least.
_STRENGTH: Final = (Clauses.C, Clauses.B, Clauses.A)


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """What a cover says: rate in millionths of the insured value, least premium, most on one conveyance.

    ``excluded`` are beginnings of HS codes that it does not take.
    """

    clauses: Clauses
    rate_ppm: int
    minimum: Money
    limit: Money
    valid_from: date
    valid_to: date | None
    excluded: tuple[str, ...] = ()
    takes_dangerous: bool = False


@dataclass(frozen=True, slots=True)
class Goods:
    """What decides whether a cover takes goods."""

    hs_code: str
    is_dangerous: bool = False


def check_terms(terms: Terms) -> None:
    """Refuse a cover that says nothing, or the impossible."""
    errors: list[FieldError] = []
    if not 1 <= terms.rate_ppm <= _LARGEST_RATE_PPM:
        errors.append(FieldError("rate_permille", "range", "0.001 to 100"))
    if terms.minimum.minor < 0:
        errors.append(FieldError("minimum", "too_small", "0 or more"))
    if terms.limit.minor <= 0:
        errors.append(FieldError("limit", "positive", "an amount above zero"))
    if terms.valid_to is not None and terms.valid_to < terms.valid_from:
        errors.append(FieldError("valid_to", "too_small", f"{terms.valid_from} or later"))
    if errors:
        raise Refused.fields(*errors)


def insured_value(value: Money) -> Money:
    """Return what goods and freight of this value are insured for by default: 110 per cent, rounded up."""
    return Money(-(-value.minor * UPLIFT_PERCENT // 100), value.currency)


def insured_alike(more: Money, *, value: Money, insured: Money) -> Money:
    """Return what more goods are insured for where goods of ``value`` are for ``insured``, rounded up."""
    return Money(-(-more.minor * insured.minor // value.minor), insured.currency)


def check_declared(declared: Money, *, value: Money, at_least_default: bool) -> None:
    """Refuse a declared value in another currency, below the goods' (110 % where a rule asks) or above twice it."""
    least = insured_value(value) if at_least_default else value
    most = Money(value.minor * MOST_PERCENT // 100, value.currency)
    if declared.currency != value.currency or not least.minor <= declared.minor <= most.minor:
        raise Refused.field("declared_value", "range", f"{least.amount:f} to {most.amount:f}")


def premium(insured: Money, terms: Terms) -> Money:
    """Return the premium: the rate of the insured value, rounded up, at least the minimum."""
    by_rate = -(-insured.minor * terms.rate_ppm // _PER_MILLION)
    return Money(max(by_rate, terms.minimum.minor), insured.currency)


def rate_text(rate_ppm: int) -> str:
    """Return a rate per mille as it is written: 1250 millionths are ``1.25``."""
    return f"{(Decimal(rate_ppm) / 1_000).normalize():f}"


def holds_on(terms: Terms, day: date) -> bool:
    """Tell whether a cover is in force on a day."""
    return terms.valid_from <= day and (terms.valid_to is None or day <= terms.valid_to)


def takes(terms: Terms, goods: Collection[Goods]) -> bool:
    """Tell whether a cover takes all of these goods."""
    return not any(
        (one.is_dangerous and not terms.takes_dangerous)
        or (terms.excluded and one.hs_code.replace(".", "").startswith(terms.excluded))
        for one in goods
    )


def covers_rule(clauses: Clauses, wanted: Clauses) -> bool:
    """Tell whether clauses cover at least what a price basis asks for."""
    return _STRENGTH.index(clauses) >= _STRENGTH.index(wanted)


def check_limit(*, limit: Money, before: Money, more: Money, departure: str) -> None:
    """Refuse more on one conveyance than its insurer takes, Conflict ``conveyance_limit`` with what is left."""
    if before.minor + more.minor > limit.minor:
        left = max(limit.minor - before.minor, 0)
        raise Conflict(
            "conveyance_limit",
            departure=departure,
            left=f"{Money(left, limit.currency).amount:f} {limit.currency}",
        )


def shares(insured: Money, amounts: Sequence[Money]) -> tuple[Money, ...]:
    """Return the insured value line by line, by what each costs, by largest remainder; alike where nothing costs."""
    parts = largest_remainder(insured.minor, [amount.minor for amount in amounts])
    return tuple(Money(part, insured.currency) for part in parts)
