"""How goods stand to a brand: the merchant's own, licensed, made to fit it, or none; and brands used without a word."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any, Final
from uuid import UUID

from marketplace.accounts.rules.names import skeleton
from marketplace.catalog.rules.details.reading import Sheet, iso

LONGEST_BRAND: Final = 60
_MOST_WORDS: Final = 4
_WORD: Final = re.compile(r"[^\W_]+")


class Relation(StrEnum):
    """How goods stand to a brand."""

    OWN = "own"
    LICENSED = "licensed"
    FITS = "fits"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class BrandRelation:
    """A relation to a brand by its name; a licence shows the owner's letter and its last day. Material."""

    relation: Relation
    brand: str = ""
    letter: UUID | None = None
    until: date | None = None

    @property
    def document(self) -> dict[str, Any]:
        """What is stored."""
        return {
            "relation": self.relation.value,
            "brand": self.brand,
            "letter": str(self.letter) if self.letter else None,
            "until": iso(self.until),
        }


def parse(given: Mapping[str, Any]) -> BrandRelation:
    """Read a relation; Refused naming what is wrong."""
    sheet = Sheet(given)
    word = sheet.choice("relation", [each.value for each in Relation], needed=True)
    relation = Relation(word) if word else Relation.NONE
    is_licensed = relation is Relation.LICENSED
    found = BrandRelation(
        relation=relation,
        brand=sheet.text("brand", longest=LONGEST_BRAND, needed=relation is not Relation.NONE),
        letter=sheet.file("letter", needed=is_licensed),
        until=sheet.day("until", needed=is_licensed),
    )
    if relation is Relation.NONE and found.brand:
        sheet.refuse("brand", "brand_none", "no brand")
    if found.brand and not any(sign.isalnum() for sign in found.brand):
        sheet.refuse("brand", "required", "a name with letters or digits")
    sheet.done()
    return found


def may_name(document: Mapping[str, Any] | None, brand_skeleton: str, today: date) -> bool:
    """Tell whether what is said of a listing lets its texts name a registered brand: own, fits, or licensed still."""
    if document is None or document["relation"] == Relation.NONE or skeleton(document["brand"]) != brand_skeleton:
        return False
    return document["relation"] != Relation.LICENSED or date.fromisoformat(document["until"]) >= today


def named(texts: Iterable[str], skeletons: Mapping[str, str]) -> tuple[str, ...]:
    """Return which registered brands, names by skeleton, some texts name however they are written.

    A brand in letters is found as whole words, one in Han characters anywhere: their texts know no blanks.
    """
    found: dict[str, None] = {}
    for text in texts:
        words: list[str] = _WORD.findall(text)
        looks = {
            skeleton(" ".join(words[start : start + length]))
            for start in range(len(words))
            for length in range(1, _MOST_WORDS + 1)
            if start + length <= len(words)
        }
        whole = skeleton(text[:2_000])
        for look, name in skeletons.items():
            if look in looks or (not look.isascii() and look in whole):
                found[name] = None
    return tuple(found)
