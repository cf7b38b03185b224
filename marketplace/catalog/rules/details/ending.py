"""What is said of goods for a while: certificates and licences of brands, how near their end is, and what is over.

Their last day counts whole. A merchant is told a month before, a week before and on the last day, of each once.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import Any, Final

from marketplace.catalog.rules.details import DetailKind
from marketplace.catalog.rules.details.brand import Relation
from marketplace.kernel.errors import FieldError


class Stage(StrEnum):
    """How near an end is."""

    MONTH = "month"
    WEEK = "week"
    DAY = "day"


# Kinds of which something ends.
ENDING: Final = frozenset({DetailKind.CERTIFICATES, DetailKind.BRAND})
WATCHED: Final = timedelta(days=30)
_WEEK: Final = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class End:
    """One thing that ends: a certificate by its number and who gave it, or the licence of a brand by its name."""

    kind: DetailKind
    name: str
    until: date

    @property
    def key(self) -> str:
        """Return what it is known by, the same on every listing that shows it."""
        return hashlib.sha256(f"{self.kind}\x1f{self.name.casefold()}".encode()).hexdigest()


def stage_of(until: date, today: date) -> Stage | None:
    """Return how near an end is, None while it is more than a month away."""
    if until > today + WATCHED:
        return None
    if until > today + _WEEK:
        return Stage.MONTH
    return Stage.WEEK if until > today else Stage.DAY


def is_over(until: str | None, today: date) -> bool:
    """Tell whether a last day, as it is stored, has passed."""
    return until is not None and date.fromisoformat(until) < today


def ends_of(kind: DetailKind, document: Any) -> tuple[End, ...]:
    """Return what ends of a document; nothing of kinds that hold for good."""
    if document is None:
        return ()
    if kind is DetailKind.CERTIFICATES:
        return tuple(
            End(kind, f"{each['number']} ({each['issuer']})", date.fromisoformat(each["valid_until"]))
            for each in document["items"]
            if each["valid_until"]
        )
    if kind is DetailKind.BRAND and document["relation"] == Relation.LICENSED:
        return (End(kind, document["brand"], date.fromisoformat(document["until"])),)
    return ()


def over_from_the_start(kind: DetailKind, before: Any, after: Any, today: date) -> list[FieldError]:
    """Return the last days of what is said anew though it has ended; what was said before may have ended since."""
    if after is None:
        return []
    known = set(ends_of(kind, before))
    named = (
        [(f"items.{place}.valid_until", {**after, "items": [each]}) for place, each in enumerate(after["items"])]
        if kind is DetailKind.CERTIFICATES
        else [("until", after)]
    )
    return [
        FieldError(field, "too_small", f"{today.isoformat()} or later")
        for field, part in named
        for end in ends_of(kind, part)
        if end.until < today and end not in known
    ]


def first_end(kind: DetailKind, document: Any) -> date | None:
    """Return the first day on which something of a document ends."""
    return min((end.until for end in ends_of(kind, document)), default=None)


def marked(details: Mapping[str, Any], today: date) -> dict[str, Any]:
    """Return details as they are shown on a day: each certificate and each licence tells whether it is over."""
    shown = dict(details)
    if certificates := shown.get(DetailKind.CERTIFICATES.value):
        items = [each | {"expired": is_over(each["valid_until"], today)} for each in certificates["items"]]
        shown[DetailKind.CERTIFICATES.value] = certificates | {"items": items}
    if brand := shown.get(DetailKind.BRAND.value):
        is_licensed = brand["relation"] == Relation.LICENSED
        shown[DetailKind.BRAND.value] = brand | {"expired": is_licensed and is_over(brand["until"], today)}
    return shown
