"""The packing list: cartons, weights, volume and shipping marks; with the hub's units once they are measured."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from marketplace.papers.rules.data import plain
from marketplace.papers.rules.parts import Basis, GoodsLine, Party, SampleMark, Shipment, Texts


@dataclass(frozen=True, slots=True, kw_only=True)
class LotMark:
    """A lot with the numbers of its first and last carton, until when it is good, and its certificate."""

    number: str
    first: int
    last: int
    best_before: date | None = None
    certificate: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Marks:
    """What every carton shows: for whom, which line, where to, how many, of which lot, the merchant's ``own`` words.

    ``gross_g`` and ``net_g`` are those of one carton, ``handed_cartons`` came to the hub so far, ``labels`` are the
    first and the last serial shipping container code.
    """

    consignee: str
    order: str
    position: int
    destination: Texts
    cartons: int
    gross_g: int
    net_g: int
    origin: str  # ISO 3166-1 alpha-2
    handed_cartons: int | None = None
    labels: tuple[str, ...] = ()
    own: str = ""
    lots: tuple[LotMark, ...] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Unit:
    """A pallet or lot as the hub labelled, weighed and measured it; sides where it has any."""

    label: str  # SSCC
    cartons: int
    gross_g: int
    cm3: int
    length_mm: int | None = None
    width_mm: int | None = None
    height_mm: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PackingList:
    """One order line as packed, no prices; ``units`` is empty until the hub has measured."""

    number: str
    order: str
    contract: str
    issued_on: date
    seller: Party
    buyer: Party
    consignee: Party
    basis: Basis
    lines: tuple[GoodsLine, ...]
    marks: tuple[Marks, ...]
    shipment: Shipment
    units: tuple[Unit, ...] = ()
    purchase_order_number: str | None = None
    consignor: Party | None = None  # whose goods they are, where a trading company sells them
    cost_centre: str | None = None  # where the buyer lets it be printed
    sample: SampleMark | None = None

    def to_data(self) -> dict[str, Any]:
        """Return what the document holds, as text-only JSON and without what the goods cost."""
        data = plain(self)
        for line in data["lines"]:
            del line["unit_price"], line["amount"]
        return data
