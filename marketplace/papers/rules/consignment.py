"""The papers of one consignment: house waybill, dangerous goods note, receipt."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from marketplace.papers.rules.data import plain
from marketplace.papers.rules.packing_list import Marks, Unit
from marketplace.papers.rules.parts import Party, Texts


@dataclass(frozen=True, slots=True, kw_only=True)
class Danger:
    """What a dangerous goods note says of the goods: UN number of four digits, proper shipping name, class, group.

    ``net`` is the net quantity of one carton with its unit (kg or l), ``cartons`` how many there are.
    """

    un_number: str
    shipping_name: str
    hazard_class: str
    packing_group: str
    net: str
    net_unit: str
    cartons: int


@dataclass(frozen=True, slots=True, kw_only=True)
class HouseWaybill:
    """One consignment as the hub took it over; its boxes are those of a CMR note, which it is not.

    ``documents`` are the numbers of the papers that go with it, ``carriers`` who carries it after the first (box 17),
    ``reservations`` what the hub found otherwise than declared (box 18). Of goods under terms that nobody accepted,
    agreed before there were any, ``terms`` is None.
    """

    number: str
    order: str
    departure: str
    booking: str
    issued_on: date
    shipper: Party
    consignee: Party
    carrier: Party
    origin: Texts
    destination: Texts
    taken_over_on: date
    goods: Texts
    hs_code: str
    origin_country: str
    cartons: int
    gross_g: int
    cm3: int
    basis: str
    payer: str
    documents: tuple[str, ...]
    carriers: tuple[str, ...]
    reservations: tuple[str, ...]
    marks: tuple[Marks, ...]
    units: tuple[Unit, ...]
    wood_marks: tuple[str, ...]
    danger: Danger | None = None
    temperature: str | None = None
    terms_version: str | None = None
    terms_sha256: str | None = None
    terms: Sequence[dict[str, object]] | None = None

    def to_data(self) -> dict[str, Any]:
        """Return what the document holds, as text-only JSON."""
        return plain(self)


@dataclass(frozen=True, slots=True, kw_only=True)
class DangerousGoodsNote:
    """What is dangerous of a consignment, signed by who sends it."""

    number: str
    order: str
    departure: str
    issued_on: date
    shipper: Party
    consignee: Party
    carrier: Party
    danger: Danger
    gross_g: int
    marks: tuple[Marks, ...]

    def to_data(self) -> dict[str, Any]:
        """Return what the document holds, as text-only JSON."""
        return plain(self)


@dataclass(frozen=True, slots=True, kw_only=True)
class Counted:
    """One count at the door: the day, cartons, how many of them damaged; by default where nobody counted in time."""

    day: date
    cartons: int
    damaged: int
    by_default: str  # yes or no


@dataclass(frozen=True, slots=True, kw_only=True)
class CargoReceipt:
    """What the consignee's side counted of a consignment; ``loaded`` cartons were behind the seal."""

    number: str
    order: str
    departure: str
    issued_on: date
    shipper: Party
    consignee: Party
    carrier: Party
    destination: Texts
    goods: Texts
    loaded: int
    counts: tuple[Counted, ...]

    def to_data(self) -> dict[str, Any]:
        """Return what the document holds, as text-only JSON."""
        return plain(self)
