"""How many units of a lot are looked at, and how many bad ones it may have: ISO 2859-1:1999, Tables 1 and 2-A.

Single sampling, normal inspection. An acceptance quality limit (AQL) is kept in thousandths: 2500 is AQL 2.5.
"""

from bisect import bisect_left
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from marketplace.kernel.errors import Refused

SOURCE: Final = "ISO 2859-1:1999, Tables 1 and 2-A"


class Level(StrEnum):
    """An inspection level: how large the sample is beside the lot; II where nothing else is agreed."""

    S1 = "S-1"
    S2 = "S-2"
    S3 = "S-3"
    S4 = "S-4"
    I = "I"  # noqa: E741  the standard calls it so
    II = "II"
    III = "III"


_LETTERS: Final = "ABCDEFGHJKLMNPQR"
_SIZES: Final = (2, 3, 5, 8, 13, 20, 32, 50, 80, 125, 200, 315, 500, 800, 1_250, 2_000)
# Table 1: the largest lot of each row, and its code letters by level from S-1 to III.
_LOTS: Final = (8, 15, 25, 50, 90, 150, 280, 500, 1_200, 3_200, 10_000, 35_000, 150_000, 500_000)
_CODES: Final = (
    "AAAAAAB", "AAAAABC", "AABBBCD", "ABBCCDE", "BBCCCEF", "BBCDDFG", "BCDEEGH", "BCDEFHJ",
    "CCEFGJK", "CDEGHKL", "CDFGJLM", "CDFHKMN", "DEGJLNP", "DEGJMPQ", "DEHKNQR",
)  # fmt: skip
# Table 2-A runs along diagonals. Each AQL has one code letter at which no bad unit is accepted; from the third letter
# behind it on these are, one letter after the other. Between them arrows lead to the nearer of the two.
_ZERO_AT: Final = {
    65: "L", 100: "K", 150: "J", 250: "H", 400: "G", 650: "F", 1_000: "E", 1_500: "D", 2_500: "C", 4_000: "B",
    6_500: "A",
}  # fmt: skip
_ACCEPTED: Final = (1, 2, 3, 5, 7, 10, 14, 21)
AQLS: Final = tuple(_ZERO_AT)


@dataclass(frozen=True, slots=True)
class Sampling:
    """What is looked at: how many units, under which code letter, and how many bad ones are accepted by class."""

    letter: str
    sample: int
    major_accepted: int
    minor_accepted: int


def aql_of(text: str, *, field: str) -> int:
    """Return an AQL such as ``2.5`` in thousandths, or refuse the field with those of the table."""
    known = {shown(aql): aql for aql in AQLS}
    if text not in known:
        raise Refused.field(field, "choice", ", ".join(known))
    return known[text]


def shown(aql: int) -> str:
    """Return an AQL as it is written: ``2.5``, ``0.065``."""
    whole, part = divmod(aql, 1_000)
    written = f"{part:03}".rstrip("0")
    return f"{whole}.{written or '0'}"


def level_of(text: str) -> Level:
    """Return an inspection level, or refuse ``level``."""
    if text not in set(Level):
        raise Refused.field("level", "choice", ", ".join(Level))
    return Level(text)


def sampling(lot: int, *, level: Level, major: int, minor: int) -> Sampling:
    """Return the plan for a lot of units; a lot smaller than its sample is looked at whole.

    Where the classes lead to samples of different size, the larger one is drawn for both, as the standard allows.
    """
    place = _LETTERS.index(_CODES[bisect_left(_LOTS, lot)][list(Level).index(level)])
    while (largest := max(_row(place, aql)[0] for aql in (major, minor))) > place:
        place = largest
    rows = {aql: _row(place, aql) for aql in (major, minor)}
    drawn = max(row for row, _accepted in rows.values())
    return Sampling(
        letter=_LETTERS[drawn],
        sample=min(_SIZES[drawn], lot),
        major_accepted=rows[major][1],
        minor_accepted=rows[minor][1],
    )


def _row(place: int, aql: int) -> tuple[int, int]:
    """Return the row that a code letter leads to for an AQL, and the bad units accepted there."""
    zero = _LETTERS.index(_ZERO_AT[aql])
    if place <= zero + 1:  # ↓ to it, or ↑ back to it
        return zero, 0
    step = min(max(place - zero - 3, 0), len(_ACCEPTED) - 1, len(_LETTERS) - 1 - zero - 3)
    return zero + 3 + step, _ACCEPTED[step]
