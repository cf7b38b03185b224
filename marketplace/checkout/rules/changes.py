"""Ways by which a line changes lorry at a hub: two departures, each with a carrier and a freight of its own."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Final
from uuid import UUID

from marketplace.checkout.rules.cargo import Bar
from marketplace.checkout.rules.cart import CartLine
from marketplace.checkout.rules.options import Change, Option
from marketplace.checkout.rules.problems import Problem
from marketplace.checkout.rules.ways import Way
from marketplace.distribution.onward.rules import fits
from marketplace.kernel.money import Money

# Ways with a change that are shown for a line, besides its departures.
MOST_CHANGES: Final = 3


def changes_of(
    firsts: Sequence[Option], seconds: Mapping[str, Sequence[Option]], *, is_dangerous: bool
) -> tuple[Change, ...]:
    """Return every way by two of these departures with a freight each, the second after the first is there.

    ``seconds`` by the place that they leave from. By arrival, those of one arrival with the later first lorry before:
    its goods have more time to be at the hub. Dangerous goods change no lorry, and are told so.
    """
    found = [
        Change(
            first=one,
            second=two,
            waits=two.cutoff_cargo_at - one.arrives_at,
            bar=Bar.DANGEROUS_CHANGE if is_dangerous else one.bar or two.bar,
        )
        for one in firsts
        for two in seconds.get(one.to_place, ())
        if one.freight is not None
        and two.freight is not None
        and fits(first_arrives_at=one.arrives_at, cutoff_cargo_at=two.cutoff_cargo_at)
    ]
    return tuple(sorted(found, key=lambda one: (one.second.arrives_at, -one.first.cutoff_cargo_at.timestamp())))


def offered(
    changes: Sequence[Change], wanted: Way | None = None, *, directs: Sequence[Option] = ()
) -> tuple[Change, ...]:
    """Return the first few ways with room that take the goods, each second lorry once; the wanted one among them.

    None that one of the ``directs`` beats: only who chose it before it was beaten has it still.
    """
    worth = [one for one in changes if not any(beats(direct, one) for direct in directs)]
    best: dict[UUID, Change] = {}
    for one in worth:
        if one.fits and one.bar is None:
            best.setdefault(one.second.departure_id, one)
    if not best:  # none can be taken: why is worth knowing
        for one in worth:
            best.setdefault(one.second.departure_id, one)
    shown = tuple(best.values())[:MOST_CHANGES]
    asked = named(changes, wanted)
    return shown if asked is None or asked in shown else (*shown[: MOST_CHANGES - 1], asked)


def beats(direct: Option, change: Change) -> bool:
    """Tell whether a lorry that takes the goods all the way is there no later and costs no more, as of itineraries.

    It must have room, and leave the merchant as much time as the first lorry does. What carriers ask in different
    currencies is not compared.
    """
    cost = freights(change)
    if direct.freight is None or direct.bar is not None or not direct.fits or (direct.tight and not change.first.tight):
        return False
    if any(one.currency != direct.freight.currency for one in cost):
        return False
    return direct.arrives_at <= change.second.arrives_at and direct.freight.minor <= sum(one.minor for one in cost)


def named(changes: Sequence[Change], wanted: Way | None) -> Change | None:
    """Return the way that is wanted, None where none is or it is not there any more."""
    if wanted is None:
        return None
    pairs = ((one, (one.first.departure_id, one.second.departure_id)) for one in changes)
    return next((one for one, ids in pairs if ids == (wanted.first, wanted.second)), None)


def lone_ways(lines: Iterable[CartLine]) -> dict[UUID, Way]:
    """Return the first way of each line that can go by no departure alone and has no way yet, by listing."""
    return {
        line.item.listing_id: Way(one.first.departure_id, one.second.departure_id)
        for line in lines
        if line.change is None and not any(each.fits and each.freight and each.bar is None for each in line.options)
        for one in line.changes[:1]
        if one.fits and one.bar is None
    }


def missed(line: CartLine, wanted: Way) -> CartLine:
    """Return a line whose way with a change is not there any more, with that as what stands in its way."""
    facts = {"first": str(wanted.first), "second": str(wanted.second)}
    return replace(line, problems=(*line.problems, Problem("way_missed", facts)))


def hours(waits: timedelta) -> int:
    """Return the whole hours between the first arrival and the second cut-off."""
    return int(waits.total_seconds() // 3600)


def freights(change: Change) -> tuple[Money, ...]:
    """Return what both carriers ask."""
    return tuple(one.freight for one in (change.first, change.second) if one.freight is not None)
