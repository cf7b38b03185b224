"""Bearing rules as values, and what is whose of a cost: the shares are the cost exactly."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Final
from uuid import UUID

from marketplace.distribution.costs.rules.causes import Bearer
from marketplace.distribution.costs.rules.planning import CostKind
from marketplace.kernel.errors import FieldError, Refused
from marketplace.kernel.lifecycle import Lifecycle
from marketplace.kernel.money import Money
from marketplace.logistics.road.rules.held import Option
from marketplace.logistics.rules.states import HoldCause

PREFIX: Final = "HLD"
# Who may be named by a rule: customs pay nobody, what they cause stays with the city unless somebody else bears it.
BEARERS: Final = (Bearer.SHIPPER, Bearer.GOODS, Bearer.CARRIER, Bearer.PLATFORM)


class Act(StrEnum):
    """What a cost of a held lorry is for."""

    WAITING = "waiting"
    OFF_LOADING = "off_loading"
    TRANSFER = "transfer"
    REST = "rest"


class ShareBy(StrEnum):
    """How goods share what is not for one consignment alone."""

    CHARGEABLE = "chargeable"  # by chargeable weight
    EQUAL = "equal"  # each consignment the same


class RuleState(StrEnum):
    """Whether a rule is published: a second person decides."""

    PROPOSED = "proposed"
    PUBLISHED = "published"
    DECLINED = "declined"


RULE: Final = Lifecycle(
    "bearing_rule",
    {RuleState.PROPOSED: {"publish": RuleState.PUBLISHED, "decline": RuleState.DECLINED}},
)
OF_OPTION: Final = {Option.WAIT: Act.WAITING, Option.OFF_LOAD: Act.OFF_LOADING, Option.TRANSFER: Act.TRANSFER}


@dataclass(frozen=True, slots=True)
class Bearing:
    """Who bears what a class of causes brings about."""

    waiting: Bearer
    off_loading: Bearer
    transfer: Bearer
    rest: Bearer
    shared_by: ShareBy = ShareBy.CHARGEABLE

    def of(self, act: Act) -> Bearer:
        """Return who bears a cost for this."""
        return {
            Act.WAITING: self.waiting,
            Act.OFF_LOADING: self.off_loading,
            Act.TRANSFER: self.transfer,
            Act.REST: self.rest,
        }[act]


@dataclass(frozen=True, slots=True, kw_only=True)
class BearingRule:
    """A rule for a class of causes: it counts for holds that begin on its day or later, until a later one does."""

    id: UUID
    cause: HoldCause
    bearing: Bearing
    valid_from: date
    source: str


def _all(who: Bearer) -> Bearing:
    return Bearing(who, who, who, who)


_NOBODYS: Final = Bearing(Bearer.PLATFORM, Bearer.GOODS, Bearer.GOODS, Bearer.PLATFORM)
# The table with which the city opens, until a rule is published for a class.
DEFAULT: Final[dict[HoldCause, Bearing]] = {
    HoldCause.CUSTOMS: _all(Bearer.SHIPPER),
    HoldCause.PAPERS: _all(Bearer.SHIPPER),
    HoldCause.INSPECTION: _all(Bearer.PLATFORM),
    HoldCause.BREAKDOWN: _all(Bearer.CARRIER),
    HoldCause.ACCIDENT: _all(Bearer.CARRIER),
    HoldCause.WEATHER: _NOBODYS,
    HoldCause.ROAD_CLOSED: _NOBODYS,
    HoldCause.BORDER_CLOSED: _NOBODYS,
    HoldCause.SECURITY: _NOBODYS,
    HoldCause.OTHER: _all(Bearer.PLATFORM),
}


def check(bearing: Bearing) -> None:
    """Refuse bearers that cannot be named."""
    errors = [FieldError(act.value, "choice", ", ".join(BEARERS)) for act in Act if bearing.of(act) not in BEARERS]
    if errors:
        raise Refused.fields(*errors)


def in_force(rules: Iterable[BearingRule], *, cause: HoldCause, on: date) -> BearingRule | None:
    """Return the rule of a class on a day, of one day the one that comes last; None where the first table counts."""
    found: BearingRule | None = None
    for rule in rules:
        if rule.cause is cause and rule.valid_from <= on and (found is None or rule.valid_from >= found.valid_from):
            found = rule
    return found


def act_of(kind: CostKind) -> Act:
    """Return what a cost is for that somebody enters by hand with a cause."""
    return {CostKind.WAITING: Act.WAITING, CostKind.TRANSHIPMENT: Act.TRANSFER}.get(kind, Act.REST)


@dataclass(frozen=True, slots=True)
class Aboard:
    """A consignment that was aboard when a hold began, with its chargeable weight in grams."""

    booking_id: UUID
    chargeable_g: int


@dataclass(frozen=True, slots=True)
class Portion:
    """A part of a cost, whose it is: an owner's names its booking."""

    bearer: Bearer
    amount: Money
    booking_id: UUID | None = None


def portions(
    amount: Money,
    bearing: Bearing,
    *,
    act: Act,
    moved: UUID | None,
    about: UUID | None,
    aboard: Sequence[Aboard],
    payable: Collection[UUID],
) -> tuple[Portion, ...]:
    """Return whose a cost is: the parts are the cost exactly, parts of nothing are left out.

    ``moved``: the consignment that it was spent on; ``about``: that which caused the hold, None while nobody is named;
    ``payable``: the bookings whose owners can be charged. What falls on nobody else stays with the city.
    """
    who = bearing.of(act)
    if who is Bearer.CARRIER:
        return (Portion(who, amount),)
    if who is Bearer.SHIPPER and about in payable:
        return (Portion(who, amount, about),)
    if who is Bearer.GOODS:
        return _of_goods(amount, bearing.shared_by, [moved] if moved else aboard, payable)
    return (Portion(Bearer.PLATFORM, amount),)


def _of_goods(
    amount: Money, shared_by: ShareBy, those: Sequence[UUID | Aboard], payable: Collection[UUID]
) -> tuple[Portion, ...]:
    ids = [one.booking_id if isinstance(one, Aboard) else one for one in those]
    weights = [one.chargeable_g if isinstance(one, Aboard) and shared_by is ShareBy.CHARGEABLE else 1 for one in those]
    if not any(weights):
        return (Portion(Bearer.PLATFORM, amount),)
    parts = list(zip(ids, amount.share(weights), strict=True))
    rest = sum((part for booking_id, part in parts if booking_id not in payable), Money.zero(amount.currency))
    found = [Portion(Bearer.GOODS, part, booking_id) for booking_id, part in parts if booking_id in payable and part]
    return (*found, *([Portion(Bearer.PLATFORM, rest)] if rest else []))
