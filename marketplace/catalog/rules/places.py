"""Named places of a price basis: which kinds of place a rule may name, and how a typed name finds one."""

import unicodedata
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Any, Final

from marketplace.kernel.errors import Refused

# Incoterms 2020: under FCA the goods are handed over at a hub, under DAP they are brought to a city, its hub or DC.
# Under CPT and CIP the seller pays the carriage to there, while the buyer bears the risk from the hub on; under CIP the
# seller insures it. CIF is for goods that go by ship alone: lines here have a road or rail to the ship.
_ENDS: Final = frozenset({"city", "dc", "hub"})
KINDS: Final[dict[str, frozenset[str]]] = {"FCA": frozenset({"hub"}), "DAP": _ENDS, "CPT": _ENDS, "CIP": _ENDS}
# Pages are read in these.
_READ_IN: Final = ("en", "zh", "vi")
# Two Chinese characters, or four Latin letters: less is in many names by chance.
_FEWEST_BYTES: Final = 4


@dataclass(frozen=True)
class NamedPlace:
    """A place as a basis names it."""

    code: str
    kind: str
    country: str
    names: Mapping[str, str]

    @cached_property
    def looks(self) -> tuple[str, ...]:
        """Its names as names are compared; a price list asks for them with every row."""
        return tuple(map(_folded, self.names.values()))

    @cached_property
    def called(self) -> frozenset[str]:
        """What it is found by whole: its code and its names."""
        return frozenset((_folded(self.code), *self.looks))


def find_place(text: str, places: Sequence[NamedPlace], kinds: Collection[str]) -> NamedPlace | None:
    """Return the place of these kinds with this code or name, else the only one whose name begins so, or has it.

    ``重庆`` and ``南彭`` find the hub 重庆公路物流基地（南彭）, for that is what merchants write for it.
    """
    wanted = _folded(text)
    fitting = [place for place in places if place.kind in kinds]
    for place in fitting:
        if wanted in place.called:
            return place
    if len(wanted.encode()) < _FEWEST_BYTES:
        return None
    return _only(fitting, lambda name: name.startswith(wanted)) or _only(fitting, lambda name: wanted in name)


def listed(places: Iterable[NamedPlace], kinds: Collection[str], locale: str = "en") -> str:
    """Return the places of these kinds for somebody to choose from: each name with its code."""
    fitting = sorted((place for place in places if place.kind in kinds), key=lambda place: place.code)
    return ", ".join(f"{place.names.get(locale) or place.names['en']} ({place.code})" for place in fitting)


def not_among(field: str, code: str, places: Iterable[Any]) -> Refused:
    """Return the refusal of a place that is none of these rows: each name with its code, in the languages of pages."""
    rows = sorted(places, key=lambda row: row.code)
    said = {name: ", ".join(f"{row.names.get(name) or row.name} ({row.code})" for row in rows) for name in _READ_IN}
    return Refused.field(field, code, said["en"], in_languages=said)


def _only(places: Sequence[NamedPlace], fits: Callable[[str], bool]) -> NamedPlace | None:
    """Return the only place that has a name that fits."""
    found = [place for place in places if any(map(fits, place.looks))]
    return found[0] if len(found) == 1 else None


@lru_cache(maxsize=1_024)
def _folded(text: str) -> str:
    """Return a name as names are compared: case, width and accents do not matter."""
    plain = unicodedata.normalize("NFKD", text.strip().replace("đ", "d").replace("Đ", "D"))
    return "".join(letter for letter in plain if not unicodedata.combining(letter)).casefold()
