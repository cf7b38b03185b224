"""The papers of a sealed lorry beside its manifest: seal list and transit sheet."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from marketplace.papers.rules.data import plain
from marketplace.papers.rules.parts import Party, Texts


@dataclass(frozen=True, slots=True, kw_only=True)
class SealEntry:
    """A seal on the doors: its number and when it was put on."""

    number: str
    affixed_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class SealList:
    """Every seal that a lorry's doors bore on its journey, the first first; instants with the hub's zone."""

    number: str
    departure: str
    issued_on: date
    carrier: Party
    origin: Texts
    destination: Texts
    departs_zone: str
    seals: tuple[SealEntry, ...]

    def to_data(self) -> dict[str, Any]:
        """Return what the document holds, as text-only JSON."""
        return plain(self)


@dataclass(frozen=True, slots=True, kw_only=True)
class TransitItem:
    """One house consignment of a transit movement."""

    house_waybill: str
    goods: Texts
    hs_code: str
    cartons: int
    gross_g: int


@dataclass(frozen=True, slots=True, kw_only=True)
class TransitSheet:
    """What accompanies a lorry through other countries; regime, number and guarantee where they are known by now.

    A sheet of the city, not the customs' own accompanying document.
    """

    number: str
    departure: str
    issued_on: date
    carrier: Party
    origin: Texts
    destination: Texts
    offices: tuple[Texts, ...]
    seals: tuple[str, ...]
    items: tuple[TransitItem, ...]
    manifest_sha256: str
    regime: str | None = None
    mrn: str | None = None
    guarantee: str | None = None

    def to_data(self) -> dict[str, Any]:
        """Return what the document holds, as text-only JSON."""
        return plain(self)
