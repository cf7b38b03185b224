"""How far the city trusts a buyer, and whether a partner may be given work: by what they showed, worked out anew."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Final

from marketplace.kernel.errors import Refused
from marketplace.kernel.lifecycle import Lifecycle
from marketplace.kernel.money import LARGEST_MINOR, Money
from marketplace.merchants.rules.requirements import Asked, Item, ItemState, Requirement, check_reason


class BuyerLevel(StrEnum):
    """What a buyer may count on.

    ``unverified`` browses, asks for offers and pays first; ``verified`` showed everything that its country asks of
    buyers; ``credit`` is verified and has a limit that a person of the operator set.
    """

    UNVERIFIED = "unverified"
    VERIFIED = "verified"
    CREDIT = "credit"


class QualificationState(StrEnum):
    """Whether a company meets what it is asked as a buyer, or as the partner that it is."""

    OPEN = "open"
    MET = "met"


QUALIFICATION: Final = Lifecycle(
    "qualification",
    {
        QualificationState.OPEN: {"meet": QualificationState.MET},
        QualificationState.MET: {"lapse": QualificationState.OPEN},
    },
)


@dataclass(frozen=True, slots=True)
class Met:
    """That everything required counts, and until which day; None: until somebody says otherwise."""

    until: date | None


def met(found: Iterable[Requirement], earlier: Mapping[Item, date | None], *, today: date) -> Met | None:
    """Tell until when everything required of a company counts, None where something does not.

    ``earlier``: last days of papers that were accepted and not rejected since. While the next paper is looked at, or
    was not accepted, the one before counts to its end: who renews early loses nothing by it.
    """
    ends: list[date] = []
    for each in found:
        if each.asked is not Asked.REQUIRED:
            continue
        until = each.until
        if each.state not in (ItemState.ACCEPTED, ItemState.WAIVED):
            if each.item not in earlier:
                return None
            until = earlier[each.item]
        if until is not None:
            if until < today:
                return None
            ends.append(until)
    return Met(min(ends, default=None))


def level(*, is_verified: bool, has_limit: bool) -> BuyerLevel:
    """Return a buyer's level: a limit counts for nothing while the company is not verified."""
    if not is_verified:
        return BuyerLevel.UNVERIFIED
    return BuyerLevel.CREDIT if has_limit else BuyerLevel.VERIFIED


def check_limit(limit: Money, until: date, reason: str, *, today: date) -> None:
    """Refuse a limit below nothing or beyond all money, one that is over already, and one without a reason.

    A limit of nothing takes the one before back.
    """
    if not 0 <= limit.minor <= LARGEST_MINOR:
        raise Refused.field("amount", "range", f"0 to {Money(LARGEST_MINOR, limit.currency)}")
    if until < today:
        raise Refused.field("until", "day_over", f"{today.isoformat()} or later")
    check_reason(reason)
