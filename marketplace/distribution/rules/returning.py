"""Which way goods go back over a border, and the room that they take."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Final

from marketplace.kernel.errors import Conflict
from marketplace.kernel.quantity import DIMENSIONS, Load

# Why a booking ends that nobody needs any more.
GIVEN_UP: Final = "return_given_up"
# Why one is rolled whose goods were not at the hub when the lorry was sealed.
NO_CARGO: Final = "no_cargo"


@dataclass(frozen=True, slots=True, kw_only=True)
class WayOut:
    """The way that goods came: the hub where their merchant handed them over, and the place where they are."""

    hub_code: str
    hub_country: str
    place_code: str
    place_country: str


@dataclass(frozen=True, slots=True)
class WaysBack:
    """The hubs from which goods can go back, and the places that they can go back to, the best first."""

    hubs: tuple[str, ...]
    places: tuple[str, ...]


def ways_back(out: WayOut, *, hubs: Mapping[str, str], served: Mapping[str, str]) -> WaysBack:
    """Return from where to where goods go back, ``hubs`` and ``served`` giving each place's country.

    They leave by a line of the other direction, from a hub in the country where they are, to the hub that they came
    from; where no line serves that, to a place of its country that one serves. Conflict ``domestic_return`` where no
    border lies between: such goods are sent by hand.
    """
    if out.hub_country == out.place_country:
        raise Conflict("domestic_return", country=out.place_country)
    here = tuple(sorted(code for code, country in hubs.items() if country == out.place_country))
    there = sorted(code for code, country in served.items() if country == out.hub_country)
    return WaysBack(here, (out.hub_code, *(code for code in there if code != out.hub_code)))


def chosen_place(ways: WaysBack, reached: Collection[str]) -> str | None:
    """Return the best of the places that a departure reaches, None where it reaches none of them."""
    return next((code for code in ways.places if code in reached), None)


def share(load: Load, quantity: int, *, of: int) -> Load:
    """Return the room of so many units of a load, begun units of measure whole."""
    parts = {name: -(-getattr(load, name) * quantity // of) for name in DIMENSIONS}
    return Load(**parts)
