"""How closely to look at a case: points for what experience says goes wrong, each with the reason it stands for.

The score is the sum of the points, at most 100. It orders the queue and tells which changes of a trusted merchant a
person sees all the same; it decides nothing by itself, and buyers never see it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from marketplace.moderation.rules import CaseKind

# Under so many approved listings a merchant is still getting known.
KNOWN: Final = 5
HIGHEST: Final = 100
# Goods that become other goods under the same address carry the trust of the old ones.
IDENTITY: Final = frozenset({"hs_code", "origin", "commodity_id", "category_id"})


class Reason(StrEnum):
    """Why a case is looked at more closely."""

    NEW_MERCHANT = "new_merchant"
    LITTLE_KNOWN = "little_known"
    DECLINED_BEFORE = "declined_before"
    PRICE_JUMPED = "price_jumped"
    PRICE_RISES = "price_rises"
    OTHER_GOODS = "other_goods"
    NO_PACKING = "no_packing"
    RESTRICTED = "restricted"
    BRAND_UNSAID = "brand_unsaid"
    SAME_PICTURE = "same_picture"
    SAME_TEXT = "same_text"
    REPORTED = "reported"
    LISTED = "listed"


# Of these reasons the merchant's history is the cause, so they change for all of his cases at once.
OF_MERCHANT: Final = frozenset({Reason.NEW_MERCHANT, Reason.LITTLE_KNOWN, Reason.DECLINED_BEFORE})
_DECLINED_MOST: Final = 20
_REPORTED: Final = 20
_REPORTED_MORE: Final = 10
_REPORTED_MOST: Final = 40
_POINTS: Final = {
    Reason.NEW_MERCHANT: 30,
    Reason.LITTLE_KNOWN: 10,
    Reason.PRICE_JUMPED: 30,
    Reason.PRICE_RISES: 10,
    Reason.OTHER_GOODS: 30,
    Reason.NO_PACKING: 10,
    Reason.RESTRICTED: 20,
    Reason.BRAND_UNSAID: 25,
    Reason.SAME_PICTURE: 25,
    Reason.SAME_TEXT: 15,
    Reason.LISTED: 40,
}


@dataclass(frozen=True, slots=True)
class History:
    """What became of a merchant's cases: listings approved beside this one, and the last year's decisions."""

    approved: int
    decided: int = 0
    turned_down: int = 0


@dataclass(frozen=True, slots=True)
class Signals:
    """What is known of one case; ``fields`` are those that an edit changes, the likenesses those of other companies."""

    kind: CaseKind
    history: History
    has_packing: bool
    rises: bool
    price_jumped: bool
    fields: frozenset[str] = frozenset()
    same_picture: bool = False
    same_text: bool = False
    names_brand: bool = False
    reports: int = 0
    is_restricted: bool = False
    is_listed: bool = False


def weigh(signals: Signals) -> dict[Reason, int]:
    """Return the points of a case by reason, without those that do not apply."""
    applies = {
        Reason.PRICE_JUMPED: signals.kind is CaseKind.PRICE or signals.price_jumped,
        Reason.PRICE_RISES: signals.rises,
        Reason.OTHER_GOODS: signals.kind is CaseKind.CHANGE and bool(signals.fields & IDENTITY),
        Reason.NO_PACKING: not signals.has_packing,
        Reason.RESTRICTED: signals.is_restricted,
        Reason.BRAND_UNSAID: signals.names_brand,
        Reason.SAME_PICTURE: signals.same_picture,
        Reason.SAME_TEXT: signals.same_text,
        Reason.LISTED: signals.is_listed,
    }
    points = weigh_merchant(signals.history) | {reason: _POINTS[reason] for reason, is_so in applies.items() if is_so}
    if signals.reports:
        more = _REPORTED + _REPORTED_MORE * (signals.reports - 1)
        points[Reason.REPORTED] = min(_REPORTED_MOST, more)
    return points


def weigh_merchant(history: History) -> dict[Reason, int]:
    """Return the points that a merchant's history gives to each of his cases."""
    points: dict[Reason, int] = {}
    if history.approved <= 0:
        points[Reason.NEW_MERCHANT] = _POINTS[Reason.NEW_MERCHANT]
    elif history.approved < KNOWN:
        points[Reason.LITTLE_KNOWN] = _POINTS[Reason.LITTLE_KNOWN]
    if history.turned_down:
        points[Reason.DECLINED_BEFORE] = max(1, _DECLINED_MOST * history.turned_down // history.decided)
    return points


def score(points: Mapping[Reason, int]) -> int:
    """Return how closely to look, 0 to 100."""
    return min(HIGHEST, sum(points.values()))
