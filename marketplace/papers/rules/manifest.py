"""The manifest of a lorry: every consignment behind the seal, house by house."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from marketplace.papers.rules.data import plain
from marketplace.papers.rules.parts import Party, Texts


@dataclass(frozen=True, slots=True, kw_only=True)
class House:
    """One consignment under its house waybill; weights in grams, volume in cubic centimetres, as the hub measured."""

    house_waybill: str
    booking: str
    shipper: Party
    consignee: Party
    destination: Texts
    goods: Texts
    hs_code: str
    origin: str
    basis: str  # Incoterms 2020 rule
    cartons: int
    gross_g: int
    cm3: int
    labels: tuple[str, ...]  # SSCC of each handling unit


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """What a sealed departure carries; ``frozen_sha256`` is the hash of the hub's own frozen list."""

    number: str
    departure: str
    issued_on: date
    carrier: Party
    line: Texts
    origin: Texts
    destination: Texts
    departs_at: datetime
    departs_zone: str
    arrives_at: datetime
    arrives_zone: str
    sealed_at: datetime
    seals: tuple[str, ...]
    houses: tuple[House, ...]
    frozen_sha256: str

    def to_data(self) -> dict[str, Any]:
        """Return what the document holds, as text-only JSON."""
        return plain(self)
