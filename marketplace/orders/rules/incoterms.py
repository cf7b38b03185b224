"""What an Incoterms 2020 rule and a trade model settle: who pays what, and who stands where in customs."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final
from uuid import UUID


class Side(StrEnum):
    """One of the two sides of a sale."""

    BUYER = "buyer"
    SELLER = "seller"


@dataclass(frozen=True, slots=True, kw_only=True)
class Costs:
    """Who pays for the carriage to the named place, for insurance, and for import duty and tax.

    Where a rule asks nobody to insure, insurance is the affair of whoever bears the risk on the way.
    """

    freight: Side
    insurance: Side
    duty: Side


_B, _S = Side.BUYER, Side.SELLER
_COSTS: Final[dict[str, Costs]] = {
    "EXW": Costs(freight=_B, insurance=_B, duty=_B),
    "FCA": Costs(freight=_B, insurance=_B, duty=_B),
    "CPT": Costs(freight=_S, insurance=_B, duty=_B),
    "CIP": Costs(freight=_S, insurance=_S, duty=_B),
    "DAP": Costs(freight=_S, insurance=_S, duty=_B),
    "DPU": Costs(freight=_S, insurance=_S, duty=_B),
    "DDP": Costs(freight=_S, insurance=_S, duty=_S),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Roles:
    """Which company stands where on the papers of a sale, and which side pays what."""

    exporter_id: UUID
    importer_id: UUID
    consignee_id: UUID
    notify_id: UUID
    brokers: tuple[UUID, ...]
    costs: Costs


def costs_of(rule: str) -> Costs:
    """Return who pays what under a rule for any way of transport; KeyError for a rule of another kind."""
    return _COSTS[rule]


def is_included(rule: str) -> bool:
    """Tell whether a price on this basis already contains the carriage to the destination."""
    return costs_of(rule).freight is Side.SELLER


def roles_of(rule: str, *, buyer_id: UUID, seller_id: UUID) -> Roles:
    """Return the roles where the seller exports: he declares the export, the buyer the import unless duty is the
    seller's, and the goods go to the buyer, who is told of them. Nobody has named a broker yet.
    """
    costs = costs_of(rule)
    return Roles(
        exporter_id=seller_id,
        importer_id=seller_id if costs.duty is Side.SELLER else buyer_id,
        consignee_id=buyer_id,
        notify_id=buyer_id,
        brokers=(),
        costs=costs,
    )
