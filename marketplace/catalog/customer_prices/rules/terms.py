"""What a company reads of a listing's prices: its own first, then those it may read of the listing."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, NamedTuple

from marketplace.catalog.rules.pricing import Ladder, Tier
from marketplace.kernel.errors import FieldError, Refused
from marketplace.kernel.money import UnitPrice

LONGEST_NAME: Final = 80


@dataclass(frozen=True, slots=True)
class Own:
    """A company's own prices of a listing, the place of their basis named by language, until when they hold."""

    ladder: Ladder
    place_names: Mapping[str, str]
    until: datetime | None


class Terms(NamedTuple):
    """What a company may read of a listing: whether its own prices, and the text of those that are the company's."""

    sees: bool
    own: str


HIDDEN: Final = Terms(sees=False, own="")
OPEN: Final = Terms(sees=True, own="")


def winning(found: Iterable[Own]) -> tuple[Own, ...]:
    """Return one price of each basis: the first, as whoever gives them puts the stronger before the weaker."""
    kept: dict[tuple[str, str, str], Own] = {}
    for each in found:
        kept.setdefault(each.ladder.basis, each)
    return tuple(kept.values())


def effective(listed: Sequence[Ladder], own: Sequence[Ladder], *, sees: bool) -> tuple[Ladder, ...]:
    """Return the ladders that a company buys on: its own, then the listing's on every other basis if it reads those.

    The leading basis of the listing leads while the company has a price of it; else its own first one does.
    """
    if not own:
        return tuple(listed) if sees else ()
    leading = listed[0].basis if listed else None
    first = sorted(own, key=lambda ladder: ladder.basis != leading)
    bases = {ladder.basis for ladder in own}
    return (*first, *(ladder for ladder in listed if sees and ladder.basis not in bases))


def as_text(own: Sequence[Own]) -> str:
    """Write own prices as one text, the same for the same prices: rows are remembered by it."""
    if not own:
        return ""
    return json.dumps(
        [
            {
                "basis": each.ladder.basis,
                "tiers": [[tier.from_quantity, tier.price.micro] for tier in each.ladder.tiers],
                "names": dict(sorted(each.place_names.items())),
                "until": each.until.isoformat() if each.until else None,
            }
            for each in own
        ]
    )


def of_text(text: str) -> tuple[Own, ...]:
    """Read what ``as_text`` wrote."""
    return tuple(_own(each) for each in json.loads(text)) if text else ()


def _own(each: Mapping[str, Any]) -> Own:
    currency, incoterm, place = each["basis"]
    tiers = tuple(Tier(quantity, UnitPrice(micro, currency)) for quantity, micro in each["tiers"])
    until = datetime.fromisoformat(each["until"]) if each["until"] else None
    return Own(Ladder(currency, incoterm, place, tiers), each["names"], until)


def check_name(name: str) -> str:
    """Return a group's or a list's name without blanks around it; Refused ``name``."""
    trimmed = " ".join(name.split())
    if not 1 <= len(trimmed) <= LONGEST_NAME:
        raise Refused.field("name", "range", f"1 to {LONGEST_NAME} characters")
    return trimmed


def check_period(valid_from: datetime, valid_until: datetime | None) -> None:
    """Refuse ``valid_until`` that is not after ``valid_from``."""
    if valid_until is not None and valid_until <= valid_from:
        raise Refused.fields(FieldError("valid_until", "before_begin", "a moment after the beginning"))
