"""What is told of sales from distribution centres. Ids and codes only."""

from dataclasses import dataclass
from uuid import UUID

from marketplace.kernel.events import Event


@dataclass(frozen=True, slots=True, kw_only=True)
class CentreSaleMoved(Event):
    """A sale from a centre went on: ``act`` says how."""

    sale_id: UUID
    order_id: UUID
    act: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CentreSaleUncollected(Event):
    """Nobody declared or fetched the goods of a sale in time."""

    sale_id: UUID
    order_id: UUID
