"""What happens to surcharges."""

from dataclasses import dataclass
from uuid import UUID

from marketplace.kernel.events import Event


@dataclass(frozen=True, slots=True, kw_only=True)
class SurchargeProposed(Event):
    """Goods came above their booking: they wait until their payer consents to more freight."""

    surcharge_id: UUID
