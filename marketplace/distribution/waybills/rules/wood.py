"""Marks of treated wood packing by ISPM 15: country code, number of the producer, treatment."""

import re
from collections.abc import Sequence
from enum import StrEnum
from typing import Final

from marketplace.kernel.errors import FieldError, Refused

# Heat, methyl bromide, dielectric heating: the treatments of ISPM 15, annex 1. DB (debarked) may follow.
TREATMENTS: Final = ("HT", "MB", "DH")
MOST_MARKS: Final = 20
_MARK: Final = re.compile(
    rf"(?P<country>[A-Z]{{2}})[- ](?P<producer>[A-Z0-9]+(?:[-/][A-Z0-9]+){{0,3}})[- ]"
    rf"(?P<treatment>{'|'.join(TREATMENTS)})(?P<bark>[- ]DB)?",
    re.ASCII,
)
_LONGEST_PRODUCER: Final = 20
EXAMPLE: Final = "CN-440001-HT"


class Wood(StrEnum):
    """Whether pallets, crates or dunnage of solid wood go with a consignment."""

    NONE = "none"
    WOOD = "wood"


def mark(text: str) -> str | None:
    """Return a mark as it is written, ``CN-440001-HT``; None for what is none."""
    found = _MARK.fullmatch(" ".join(text.upper().replace("–", "-").split()))
    if found is None or len(found["producer"]) > _LONGEST_PRODUCER:
        return None
    bark = "-DB" if found["bark"] else ""
    return f"{found['country']}-{found['producer']}-{found['treatment']}{bark}"


def marks(wood: Wood | None, given: Sequence[str]) -> tuple[str, ...]:
    """Return the marks of a consignment's wood, each once.

    Refused ``wood_mark`` for what is no mark, ``wood_none`` for marks where there is no wood, or nothing was said of
    it, ``too_many_marks``.
    """
    wanted = [text for text in given if text.strip()]
    if wanted and wood is None:
        raise Refused.field("wood", "wood_none", "nothing, or wood as the packing")
    if wanted and wood is not Wood.WOOD:
        raise Refused.field("wood_marks", "wood_none", "nothing, or wood as the packing")
    if len(wanted) > MOST_MARKS:
        raise Refused.field("wood_marks", "too_many_marks", f"up to {MOST_MARKS} marks")
    read = [mark(text) for text in wanted]
    if None in read:
        raise Refused.fields(FieldError("wood_marks", "wood_mark", EXAMPLE))
    return tuple(dict.fromkeys(one for one in read if one is not None))
