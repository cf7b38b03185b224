"""The picture of the corridor as templates want it."""

from collections.abc import Collection, Iterable
from typing import Any, Final

from flask_babel import gettext as _

from marketplace.logistics.boards.queries.corridor import DrawnLine, Lorry
from marketplace.logistics.boards.rules.projecting import HEIGHT, WIDTH, project
from marketplace.logistics.rules.states import DepartureState
from marketplace.reference.queries import PlaceRow
from marketplace.reference.rules import PlaceKind
from marketplace.web.shared import locale

# A label's letters and lines in units of the picture: characters of Chinese are about as wide as two others.
_LETTER: Final = 10
_TALL: Final = 20
_GAP: Final = 9
_MARK: Final = 7
_LABELLED: Final = (PlaceKind.HUB, PlaceKind.DC, PlaceKind.CITY)


def picture(lines: Collection[DrawnLine], lorries: Iterable[Lorry] = ()) -> dict[str, Any]:
    """Return legs, places with the labels there is room for, and lorries, in units of the picture."""
    legs = {(leg.mode, leg.points) for line in lines for leg in line.legs}
    ends = [place for line in lines for leg in line.legs for place in (leg.start, leg.end)]
    places = sorted({place.code: place for place in ends}.values(), key=lambda place: (_rank(place), place.code))
    return {
        "width": WIDTH,
        "height": HEIGHT,
        "legs": [
            {"mode": mode.value, "points": " ".join("{:g},{:g}".format(*project(*point)) for point in points)}
            for mode, points in sorted(legs)
        ],
        "places": _marks(places),
        "lorries": [
            {"at": project(*one.place), "name": f"{one.departure.reference}: {whereabouts(one)}"} for one in lorries
        ],
    }


def whereabouts(lorry: Lorry) -> str:
    """Say where a lorry is: between which stops, or after which one it waits."""
    last = lorry.last.place.called(locale.current())
    if lorry.ahead is None:
        return last
    ahead = lorry.ahead.place.called(locale.current())
    if lorry.departure.state is DepartureState.HELD:
        return _("held between %(last)s and %(next)s", last=last, next=ahead)
    if lorry.departure.state is DepartureState.AT_BORDER:
        return _("waits at the border, %(place)s", place=last)
    return _("between %(last)s and %(next)s", last=last, next=ahead)


def _rank(place: PlaceRow) -> int:
    return _LABELLED.index(place.kind) if place.kind in _LABELLED else len(_LABELLED)


def _marks(places: Collection[PlaceRow]) -> list[dict[str, Any]]:
    """Return where places are, with a label right or left of those that have room for one, hubs first."""
    at = {place.code: project(place.longitude_e6 / 1e6, place.latitude_e6 / 1e6) for place in places}
    taken = [(x - _MARK, y - _MARK, x + _MARK, y + _MARK) for x, y in at.values()]
    found: list[dict[str, Any]] = []
    for place in places:
        x, y = at[place.code]
        name = place.called(locale.current())
        wide = sum(2 if ord(letter) > 0x2E7F else 1 for letter in name) * _LETTER
        mark: dict[str, Any] = {"kind": place.kind.value, "x": x, "y": y, "name": name, "label": None}
        for anchor, left in (("start", x + _GAP), ("end", x - _GAP - wide)):
            box = (left, y - _TALL / 2, left + wide, y + _TALL / 2)
            if (
                _rank(place) < len(_LABELLED)
                and not any(_meet(box, other) for other in taken)
                and 0 < left < WIDTH - wide
            ):
                taken.append(box)
                mark["label"] = {"anchor": anchor, "x": x + _GAP if anchor == "start" else x - _GAP}
                break
        found.append(mark)
    return found


def _meet(one: tuple[float, float, float, float], other: tuple[float, float, float, float]) -> bool:
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]
