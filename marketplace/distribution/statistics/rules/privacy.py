"""Which figures of a public table are withheld so that no company's trade can be read out of them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final
from uuid import UUID

# With two companies on a side, each reads the other's trade as the figure less its own.
FEWEST: Final = 3


@dataclass(frozen=True, slots=True)
class Behind:
    """Who stands behind a figure, senders and receivers, and how heavy it is."""

    shippers: frozenset[UUID]
    consignees: frozenset[UUID]
    grams: int

    def __or__(self, other: "Behind") -> "Behind":
        """Return those behind both."""
        return Behind(self.shippers | other.shippers, self.consignees | other.consignees, self.grams + other.grams)

    @property
    def is_open(self) -> bool:
        """Tell whether the figure may be told: enough companies on each side."""
        return min(len(self.shippers), len(self.consignees)) >= FEWEST


def withheld(table: Mapping[str, Behind]) -> frozenset[str]:
    """Return the rows of a table with a total whose figures are withheld.

    Those with too few companies; and, since the total less the rows told is what the withheld ones sum to, as many more
    of the lightest until at least two are withheld and enough companies stand behind their sum.
    """
    hidden = {key for key, behind in table.items() if behind.shippers and not behind.is_open}
    others = sorted(
        (key for key, behind in table.items() if behind.shippers and key not in hidden),
        key=lambda key: (table[key].grams, key),
    )
    while hidden and others and not (len(hidden) > 1 and _sum(table, hidden).is_open):
        hidden.add(others.pop(0))
    return frozenset(hidden)


def _sum(table: Mapping[str, Behind], keys: Iterable[str]) -> Behind:
    found = Behind(frozenset(), frozenset(), 0)
    for key in keys:
        found |= table[key]
    return found
