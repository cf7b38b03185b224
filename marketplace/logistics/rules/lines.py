"""What a line may be made of: places that follow one another, borders that have two sides, hours above nothing."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from marketplace.kernel.errors import FieldError

_CODE: Final = re.compile(r"[A-Z0-9][A-Z0-9-]{0,39}", re.ASCII)
CODE_ACCEPTED: Final = "1 to 40 capital letters, digits and hyphens, such as CQ-HAN"


@dataclass(frozen=True, slots=True)
class Site:
    """A place as far as a line asks: its country, and whether it is a side of a border."""

    country: str
    is_border: bool


@dataclass(frozen=True, slots=True)
class Call:
    """The next place of a line and the minutes from the one before."""

    place: str
    minutes: int


@dataclass(frozen=True, slots=True)
class Ground:
    """The places there are by code, and the crossings by code with both sides."""

    sites: Mapping[str, Site]
    crossings: Mapping[str, frozenset[str]]

    def crossing(self, start: str, end: str) -> str | None:
        """Return the crossing whose two sides these places are."""
        return next((code for code, sides in self.crossings.items() if sides == frozenset((start, end))), None)

    def across(self, place: str) -> list[str]:
        """Return the places on the other side of the border from a place."""
        return sorted(side for sides in self.crossings.values() if place in sides for side in sides - {place})


def errors_of_code(code: str) -> list[FieldError]:
    """Return what is wrong with the code of a line: it stands in references, file names and the audit trail."""
    return [] if _CODE.fullmatch(code) else [FieldError("code", "line_code", CODE_ACCEPTED)]


def errors_of(hub: str, calls: Sequence[Call], ground: Ground) -> list[FieldError]:
    """Return what is wrong with the way of a line; fields ``hub`` and ``stops.<number>.<name>``.

    Between two countries a line goes over a crossing, from one side to the other; no place is called at twice, so that
    a stop is known by its place; it neither begins nor ends at a border.
    """
    errors = list(_hub(hub, ground))
    if not calls:
        errors.append(FieldError("stops", "required", "one or more"))
    seen = {hub}
    before = hub
    for number, call in enumerate(calls):
        field = f"stops.{number}.place"
        if call.minutes <= 0:
            errors.append(FieldError(f"stops.{number}.hours", "too_small", "more than 0"))
        if call.place not in ground.sites:
            errors.append(FieldError(field, "choice", "the code of a place"))
        elif call.place in seen:
            errors.append(FieldError(field, "place_twice", "a place that the line does not call at yet"))
        else:
            errors.extend(_reached(field, before, call.place, ground))
        seen.add(call.place)
        before = call.place
    last = ground.sites.get(before)
    if calls and last is not None and last.is_border:
        errors.append(FieldError(f"stops.{len(calls) - 1}.place", "ends_at_border", "a place behind the border"))
    return errors


def _hub(hub: str, ground: Ground) -> Iterator[FieldError]:
    site = ground.sites.get(hub)
    if site is None:
        yield FieldError("hub", "choice", "the code of a place")
    elif site.is_border:
        yield FieldError("hub", "choice", "a place that is no side of a border")


def _reached(field: str, start: str, end: str, ground: Ground) -> Iterator[FieldError]:
    """Refuse a way into another country that leads over no crossing; of an unknown start nothing is known."""
    before = ground.sites.get(start)
    if before is None or before.country == ground.sites[end].country or ground.crossing(start, end) is not None:
        return
    yield FieldError(field, "not_neighbours", ", ".join(ground.across(start)) or "a side of a border first")
