"""Named places of a price basis: which kinds of place a rule may name, and how a typed name finds one."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

# Incoterms 2020: under FCA the goods are handed over at a hub, under DAP they are brought to a city, its hub or DC.
KINDS: Final[dict[str, frozenset[str]]] = {"FCA": frozenset({"hub"}), "DAP": frozenset({"city", "dc", "hub"})}


@dataclass(frozen=True, slots=True)
class NamedPlace:
    """A place as a basis names it."""

    code: str
    kind: str
    country: str
    names: Mapping[str, str]


def find_place(text: str, places: Sequence[NamedPlace], kinds: Collection[str]) -> NamedPlace | None:
    """Return the place of these kinds with this code or name, else the only one whose name begins so; None else.

    ``重庆`` finds the hub 重庆公路物流基地, for that is what merchants write for it.
    """
    wanted = text.strip().casefold()
    fitting = [place for place in places if place.kind in kinds]
    for place in fitting:
        if wanted == place.code.casefold() or wanted in {name.casefold() for name in place.names.values()}:
            return place
    beginning = [
        place
        for place in fitting
        if wanted and any(name.casefold().startswith(wanted) for name in place.names.values())
    ]
    return beginning[0] if len(beginning) == 1 else None
