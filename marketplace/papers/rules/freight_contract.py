"""The freight contract between the lorry operator and whoever owes the freight."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from marketplace.kernel.money import Money
from marketplace.papers.rules.data import plain
from marketplace.papers.rules.parts import Account, FreightPart, Journey, Party, PublishedFee, Tariff, WholeLorry


@dataclass(frozen=True, slots=True, kw_only=True)
class FreightContract:
    """The bookings of one order, what is charged for each and by which tariff; freight is due at ``due_event``."""

    number: str
    order: str
    issued_on: date
    carrier: Party
    payer: Party
    shipper: Party
    consignee: Party
    journeys: tuple[Journey, ...]
    total: Money
    tariff: Tariff
    mode: str  # payments.rules.Mode
    due_event: str  # payments.rules.MilestoneEvent
    payee: Account | None
    purchase_order_number: str | None = None  # of the order whose goods are carried
    parts: tuple[FreightPart, ...] = ()  # they add up to the total
    fees: tuple[PublishedFee, ...] = ()  # of the day on which the freight was agreed
    whole_lorry: WholeLorry | None = None  # its amounts are shares of the price of this one
    cost_centre: str | None = None  # of the buyer who pays and lets it be printed

    def to_data(self) -> dict[str, Any]:
        """Return what the document holds, as text-only JSON."""
        return plain(self)
