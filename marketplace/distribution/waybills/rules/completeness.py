"""Which papers a consignment needs before its lorry is sealed, and which of them are there."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from marketplace.distribution.waybills.rules.wood import Wood

# Price bases that bind the seller to insure for the buyer (Incoterms 2020, A5): all risks under CIP, the least under
# CIF, which is for ships only and no price basis of the road.
INSURED_BY_SELLER: Final = {"CIP": "A", "CIF": "C"}


class Need(StrEnum):
    """A paper, or a statement that stands on one."""

    PACKING_LIST = "packing_list"
    COMMERCIAL_INVOICE = "commercial_invoice"
    HOUSE_WAYBILL = "house_waybill"
    CARRIAGE_TERMS = "carriage_terms"
    SHIPPING_MARKS = "shipping_marks"
    WOOD_MARK = "wood_mark"
    DANGEROUS_GOODS_NOTE = "dangerous_goods_note"
    INSURANCE_CERTIFICATE = "insurance_certificate"
    MANIFEST_ENTRY = "manifest_entry"


class Maker(StrEnum):
    """Who makes a paper, and so where."""

    MERCHANT = "merchant"  # packs, and states what papers say
    HUB = "hub"  # takes in
    BUYER = "buyer"  # accepts at checkout
    INSURER = "insurer"


MAKERS: Final = {
    Need.PACKING_LIST: Maker.MERCHANT,
    Need.COMMERCIAL_INVOICE: Maker.HUB,
    Need.HOUSE_WAYBILL: Maker.HUB,
    Need.CARRIAGE_TERMS: Maker.BUYER,
    Need.SHIPPING_MARKS: Maker.MERCHANT,
    Need.WOOD_MARK: Maker.MERCHANT,
    Need.DANGEROUS_GOODS_NOTE: Maker.MERCHANT,
    Need.INSURANCE_CERTIFICATE: Maker.MERCHANT,
    Need.MANIFEST_ENTRY: Maker.HUB,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Nature:
    """What decides which papers a consignment needs, and what of it is there.

    ``issued`` are kinds of papers about it; ``terms`` whether those who booked accepted the carrier's terms, None for
    freight agreed before there were any, or by nobody; ``danger`` that its goods are dangerous; ``basis`` the
    Incoterms rule; ``returns`` that its goods go back for a claim.
    """

    issued: frozenset[str] = frozenset()
    has_waybill: bool = False
    has_units: bool = False
    is_marked: bool = False
    terms: bool | None = None
    wood: Wood | None = None
    wood_marks: tuple[str, ...] = ()
    danger: bool = False
    basis: str = ""
    insured: bool = False
    returns: bool = False


@dataclass(frozen=True, slots=True)
class Check:
    """A paper that a consignment needs, and whether it is there."""

    need: Need
    ready: bool

    @property
    def maker(self) -> Maker:
        """Who makes it."""
        return MAKERS[self.need]


def checks(nature: Nature) -> tuple[Check, ...]:
    """Return what a consignment needs, by its nature and its way, in the order in which it is made."""
    asked = [
        (Need.PACKING_LIST, Need.PACKING_LIST in nature.issued),
        (Need.SHIPPING_MARKS, nature.is_marked or nature.returns),
        (Need.HOUSE_WAYBILL, nature.has_waybill),
        (Need.COMMERCIAL_INVOICE, Need.COMMERCIAL_INVOICE in nature.issued),
        (Need.MANIFEST_ENTRY, nature.has_units),
    ]
    if nature.terms is not None:
        asked.append((Need.CARRIAGE_TERMS, nature.terms))
    if nature.wood is Wood.WOOD:
        asked.append((Need.WOOD_MARK, bool(nature.wood_marks)))
    if nature.danger:
        asked.append((Need.DANGEROUS_GOODS_NOTE, Need.DANGEROUS_GOODS_NOTE in nature.issued))
    if is_insured_by_seller(nature.basis) and not nature.returns:
        asked.append((Need.INSURANCE_CERTIFICATE, nature.insured))
    return tuple(Check(need, ready) for need, ready in asked)


def missing(found: Iterable[Check]) -> tuple[Need, ...]:
    """Return what is not there."""
    return tuple(check.need for check in found if not check.ready)


def is_insured_by_seller(basis: str) -> bool:
    """Tell whether a price basis binds the seller to insure the goods for the buyer."""
    return basis in INSURED_BY_SELLER
