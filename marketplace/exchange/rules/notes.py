"""Notes about orders, order lines and listings: what they are about, and how long they may be."""

from enum import StrEnum
from typing import Final

from marketplace.kernel.errors import Refused

LONGEST: Final = 2_000


class About(StrEnum):
    """What a note is about."""

    ORDER = "order"
    ORDER_LINE = "order_line"
    LISTING = "listing"


def check_text(text: str) -> str:
    """Return a note's text without its margins; Refused when it is missing or too long."""
    clean = text.strip()
    if not clean:
        raise Refused.field("text", "required", "a few words")
    if len(clean) > LONGEST:
        raise Refused.field("text", "too_long", f"at most {LONGEST} characters")
    return clean
