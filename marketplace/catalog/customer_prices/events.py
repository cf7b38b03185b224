"""What happens to requests for prices."""

from dataclasses import dataclass
from uuid import UUID

from marketplace.kernel.events import Event


@dataclass(frozen=True, slots=True, kw_only=True)
class PriceAsked(Event):
    """A company asked a merchant for the prices of a listing."""

    request_id: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class PriceAnswered(Event):
    """The merchant let the company read them, or declined."""

    request_id: UUID
