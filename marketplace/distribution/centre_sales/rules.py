"""The states of a sale from a distribution centre, and what a cart knows of goods that lie in one."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Final
from uuid import UUID

from marketplace.distribution.centres.rules import Basis, Sale, check_sale
from marketplace.kernel.errors import Conflict, Refused
from marketplace.kernel.lifecycle import Lifecycle
from marketplace.logistics.centres.rules.lots import Status
from marketplace.logistics.road.rules import transit
from marketplace.logistics.road.rules.transit import ENGAGED, TRANSIT, Regime, Step, TransitState

PREFIX: Final = "CSL"


class SaleState(StrEnum):
    """Where a sale from a centre stands."""

    PROMISED = "promised"  # its order is not confirmed, or not secured yet
    TO_RELEASE = "to_release"  # it lies in bond until the importer's broker has declared it
    READY = "ready"  # to be fetched
    PARTLY_HANDED = "partly_handed"  # some of it left the centre, the rest is to be fetched
    HANDED_OVER = "handed_over"  # all that there was left the centre
    DELIVERED = "delivered"
    CANCELLED = "cancelled"


SALE: Final = Lifecycle(
    "centre_sale",
    {
        SaleState.PROMISED: {
            "await_release": SaleState.TO_RELEASE,
            "make_ready": SaleState.READY,
            "cancel": SaleState.CANCELLED,
        },
        SaleState.TO_RELEASE: {"make_ready": SaleState.READY, "cancel": SaleState.CANCELLED},
        SaleState.READY: {
            "hand_part": SaleState.PARTLY_HANDED,
            "hand_over": SaleState.HANDED_OVER,
            # Customs took the movement back under which they were to leave.
            "await_release": SaleState.TO_RELEASE,
            "cancel": SaleState.CANCELLED,
        },
        SaleState.PARTLY_HANDED: {
            "hand_part": SaleState.PARTLY_HANDED,
            "hand_over": SaleState.HANDED_OVER,
            "run_short": SaleState.HANDED_OVER,
        },
        SaleState.HANDED_OVER: {"deliver": SaleState.DELIVERED},
    },
)
# Units are promised to it while it is in one of these: those that were not handed over yet.
PROMISING: Final = (SaleState.PROMISED, SaleState.TO_RELEASE, SaleState.READY, SaleState.PARTLY_HANDED)
# Its order may still end, or be lessened: nothing of it left.
WHOLE: Final = (SaleState.PROMISED, SaleState.TO_RELEASE, SaleState.READY)
# Units of it are to be declared or fetched.
TO_FETCH: Final = (SaleState.TO_RELEASE, SaleState.READY, SaleState.PARTLY_HANDED)
FETCHABLE: Final = (SaleState.READY, SaleState.PARTLY_HANDED)
# Somebody in the centre, or a broker, has to do something.
WAITS: Final = (*TO_FETCH, SaleState.HANDED_OVER)


@dataclass(frozen=True, slots=True, kw_only=True)
class CentreUnits:
    """Units that a checkout takes from a centre for an order line."""

    line_id: UUID
    order_id: UUID
    buyer_id: UUID
    merchant_id: UUID
    listing_id: UUID
    centre_id: UUID
    status: Status
    quantity: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Lying:
    """What lies of a listing in a centre as a cart sees it; ``left`` is what may be promised today.

    ``days_left``: how long the first of it may still stay in bond; None for free goods. ``status`` None: the listing is
    not sold from there any more. ``places``: those of the country of the centre.
    """

    centre_id: UUID
    place_code: str
    place_name: str
    place_names: Mapping[str, str]
    country: str
    currency: str
    status: Status | None
    left: int
    days_left: int | None
    places: frozenset[str]

    def country_of(self, place_code: str) -> str:
        """Return the centre's country for a place in it, nothing for any other."""
        return self.country if place_code in self.places else ""

    def check(self, *, seller_country: str, bases: tuple[Basis, ...]) -> Basis:
        """Return the price of these that the goods are sold on from here, or refuse as ``check_sale``.

        Conflict ``not_sold_there`` where they are sold from here no more.
        """
        if self.status is None:
            raise Conflict("not_sold_there", place=self.place_code)
        return check_sale(Sale(self.status, self.country, self.currency, seller_country, bases))


def after_security(status: Status) -> str:
    """Return what follows once an order is confirmed and secured: bonded goods wait to be declared."""
    return "await_release" if status is Status.BONDED else "make_ready"


def check_units(*, units: int, promised: int) -> None:
    """Refuse to hand over none, or more than is still promised."""
    if not 1 <= units <= promised:
        raise Refused.field("quantity", "whole_range", f"1 to {promised}")


def handing(*, units: int, promised: int, complete: bool) -> str:
    """Return what handing over so many of the units that are promised does: the last of them, or those nothing follows.

    ``complete``: what is missing is short, and claimed.
    """
    return "hand_over" if complete or units == promised else "hand_part"


def chosen(on_their_way: Sequence[UUID], named: UUID | None) -> UUID | None:
    """Return which of the collections that are on their way came: the one that is named, or the only one.

    None for one that is not on its way, Refused ``collection`` where several are and none is named.
    """
    if named is not None:
        return named if named in on_their_way else None
    if len(on_their_way) > 1:
        raise Refused.field("collection", "required", f"one of {len(on_their_way)}")
    return on_their_way[0] if on_their_way else None


def check_way(regime: Regime, *, here: str, there: str, countries: Sequence[str]) -> None:
    """Refuse a place to go to that is this centre, and a regime that does not hold in both countries."""
    if here == there:
        raise Refused.field("to_place", "choice", "another place than the centre")
    transit.check_way(regime, countries)


# What happens to goods that left alone.
_GONE: Final = (Step.OFFICE, Step.ARRIVE, Step.REMARK, Step.DISCHARGE)
# A movement that has come to its end: the goods may be with their buyer.
THERE: Final = (TransitState.ARRIVED, TransitState.UNLOADING_REMARKS, TransitState.DISCHARGED)


def steps_of(state: TransitState, *, is_here: bool) -> tuple[Step, ...]:
    """Return what may happen to a movement: while all of its goods lie in the centre, it may still be cancelled."""
    drawn = tuple(Step(one) for one in TRANSIT.actions(state))
    if not is_here:
        return drawn
    here = tuple(one for one in drawn if one not in _GONE)
    return (*here, Step.CANCEL) if state in ENGAGED else here


def after_step(state: TransitState, step: Step, *, is_here: bool) -> TransitState:
    """Return the state of a movement after a step.

    Conflict ``transit_not_gone`` where goods that still lie in the centre are said to have passed an office, come to
    their place, been looked at there or been discharged; ``state`` for everything else that cannot be.
    """
    if is_here and step is Step.CANCEL and state in ENGAGED:
        return TransitState.CANCELLED
    after = TRANSIT.apply(state, step)
    if is_here and step in _GONE:
        raise Conflict("transit_not_gone")
    return after


def check_guarantee(until: date, today: date) -> None:
    """Refuse to let goods in transit leave after the last day of their guarantee."""
    if today > until:
        raise Conflict("guarantee_over", until=until.isoformat())


def check_there(state: TransitState) -> None:
    """Refuse that goods in transit are with their buyer before their movement came to its end."""
    if state not in THERE:
        raise Conflict("transit_under_way", state=str(state))


def check_all_at_once(*, units: int, promised: int, complete: bool) -> None:
    """Refuse to let a part of goods in transit leave while the rest is to follow: the movement lists all of them."""
    if units < promised and not complete:
        raise Refused.field("quantity", "transit_at_once", str(promised))


def check_damaged(*, damaged: int, handed: int) -> None:
    """Refuse more damaged units than were handed over."""
    if not 0 <= damaged <= handed:
        raise Refused.field("damaged", "whole_range", f"0 to {handed}")
