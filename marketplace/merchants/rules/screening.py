"""Compare companies and people with lists that the operator imported: which likeness is a hit, what becomes of it.

Goods are compared in ``rules.goods_screening``.

A hit needs one of three, so that few are false: the whole name looks the same (``accounts.rules.names``, four letters
or more); the same words in any order, two or more, and the same country; the same number of a register or tax office,
and no other country.
"""

import hashlib
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from marketplace.accounts.rules.names import skeleton
from marketplace.kernel.errors import FieldError, Refused
from marketplace.kernel.lifecycle import Lifecycle

MOST_ENTRIES: Final = 20_000
MOST_ALIASES: Final = 20
LONGEST: Final = 200
_SHORTEST_LOOK: Final = 4
_FEWEST_WORDS: Final = 2
_WORD: Final = re.compile(r"\w+")


class ListKind(StrEnum):
    """Whose list it is."""

    SANCTIONS = "sanctions"
    EXPORT_CONTROL = "export_control"
    OWN = "own"


class SubjectKind(StrEnum):
    """What is compared."""

    COMPANY = "company"
    PERSON = "person"
    GOODS = "goods"


class About(StrEnum):
    """What an entry of a list names."""

    PARTY = "party"
    GOODS = "goods"


class Likeness(StrEnum):
    """By which rule an entry was found."""

    LOOK = "look"
    WORDS = "words"
    NUMBER = "number"
    # Of goods.
    HS = "hs"
    PHRASE = "phrase"
    HS_PHRASE = "hs_phrase"


class HitState(StrEnum):
    """What a person said of a hit."""

    OPEN = "open"
    CLEARED = "cleared"
    CONFIRMED = "confirmed"


HIT: Final = Lifecycle(
    "screening_hit",
    {
        HitState.OPEN: {"clear": HitState.CLEARED, "confirm": HitState.CONFIRMED},
        # Who was confirmed can prove later that he is another.
        HitState.CONFIRMED: {"clear": HitState.CLEARED},
    },
)


@dataclass(frozen=True, slots=True)
class Named:
    """What is compared of an entry, a company or a person; ``country`` is empty where a list says none."""

    name: str
    country: str = ""
    aliases: tuple[str, ...] = ()
    numbers: tuple[str, ...] = ()

    @property
    def mark(self) -> str:
        """Return a hash of all of it: what was cleared comes back only when something of it is another."""
        parts = (self.name, self.country, *sorted(self.aliases), "#", *sorted(self.numbers))
        return hashlib.sha256("\x1f".join(parts).encode()).hexdigest()

    def ways(self) -> Iterator[tuple[Likeness, str]]:
        """Yield by what it is found, and finds others: each likeness with a value of at most 200 characters."""
        for name in (self.name, *self.aliases):
            look = skeleton(name)
            if len(look) >= _SHORTEST_LOOK:
                yield Likeness.LOOK, look
            words: list[str] = sorted(set(_WORD.findall(unicodedata.normalize("NFKC", name).casefold())))
            if len(words) >= _FEWEST_WORDS:
                yield Likeness.WORDS, hashlib.sha256(" ".join(words).encode()).hexdigest()
        for number in self.numbers:
            plain = "".join(letter for letter in unicodedata.normalize("NFKC", number).upper() if letter.isalnum())
            if len(plain) >= _SHORTEST_LOOK:
                yield Likeness.NUMBER, plain[:LONGEST]


def agrees(likeness: Likeness, listed: str, country: str) -> bool:
    """Tell whether an entry's country lets a likeness be a hit: the same words mean little across a border."""
    if likeness is Likeness.WORDS:
        return listed == country
    return likeness is Likeness.LOOK or listed in ("", country)


def check_size(entries: int) -> None:
    """Refuse a list of nothing, and one of more than 20,000 entries."""
    if not 1 <= entries <= MOST_ENTRIES:
        raise Refused.field("entries", "range", f"1 to {MOST_ENTRIES} entries")


def check_entries(entries: tuple[Named, ...]) -> None:
    """Refuse entries that nothing could be found by."""
    blank = [
        FieldError(f"entries.{index}.name", "required", "a name or number that can be compared")
        for index, entry in enumerate(entries)
        if next(entry.ways(), None) is None
    ]
    if blank:
        raise Refused.fields(*blank[:20])
