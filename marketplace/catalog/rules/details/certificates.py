"""Certificates: who certified what under which number, with the paper, from when until when."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Final
from uuid import UUID

from marketplace.catalog.rules.details.reading import Sheet, iso

MOST_CERTIFICATES: Final = 20
KINDS: Final = (
    "quality", "safety", "phytosanitary", "health", "origin", "organic", "halal", "ccc", "ce", "iso_9001",
    "test_report", "other",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Certificate:
    """One certificate; both days included, no last day for one that does not end."""

    kind: str
    number: str
    issuer: str
    file: UUID
    valid_from: date
    valid_until: date | None = None

    @property
    def document(self) -> dict[str, Any]:
        """What is stored."""
        return {
            "kind": self.kind,
            "number": self.number,
            "issuer": self.issuer,
            "file": str(self.file),
            "valid_from": self.valid_from.isoformat(),
            "valid_until": iso(self.valid_until),
        }


@dataclass(frozen=True, slots=True)
class Certificates:
    """All certificates of a listing. Material."""

    items: tuple[Certificate, ...]

    @property
    def document(self) -> dict[str, Any]:
        """What is stored."""
        return {"items": [each.document for each in self.items]}


def parse(given: Mapping[str, Any]) -> Certificates:
    """Read certificates; Refused ``items.<position>.<field>`` naming what is wrong; one of a kind and number."""
    sheet = Sheet(given)
    found: dict[tuple[str, str, str], Certificate] = {}
    for position, row in enumerate(sheet.rows("items", most=MOST_CERTIFICATES)):
        part = Sheet(row, prefix=f"items.{position}.")
        each = _certificate(part)
        sheet.errors += part.errors
        if each is None:
            continue
        key = (each.kind, each.issuer.casefold(), each.number.casefold())
        if key in found:
            sheet.refuse(f"items.{position}.number", "certificate_twice", "each certificate once")
        found[key] = each
    sheet.done()
    return Certificates(tuple(found.values()))


def _certificate(part: Sheet) -> Certificate | None:
    kind = part.choice("kind", KINDS, needed=True)
    number = part.text("number", longest=80, needed=True)
    issuer = part.text("issuer", longest=120, needed=True)
    file = part.file("file", needed=True)
    start, end = part.day("valid_from", needed=True), part.day("valid_until")
    if start and end and end < start:
        part.refuse("valid_until", "too_small", f"{start.isoformat()} or later")
    if part.errors or kind is None or file is None or start is None:
        return None
    return Certificate(kind, number, issuer, file, start, end)


def covers(certificate: Mapping[str, Any], day: date) -> bool:
    """Tell whether a stored certificate is good on a day."""
    until = certificate["valid_until"]
    return date.fromisoformat(certificate["valid_from"]) <= day and (until is None or day <= date.fromisoformat(until))
