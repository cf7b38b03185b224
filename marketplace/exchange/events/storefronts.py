"""What happened to storefronts, by id."""

from dataclasses import dataclass
from uuid import UUID

from marketplace.kernel.events import Event


@dataclass(frozen=True, slots=True, kw_only=True)
class StorefrontDecided(Event):
    """A reviewer showed, declined or hid a version of a merchant's storefront."""

    company_id: UUID
    version_id: UUID
    decision: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StorefrontOverdue(Event):
    """The operator has not looked at a storefront in time; it still waits."""

    company_id: UUID
    version_id: UUID
