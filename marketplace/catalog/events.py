"""What happened to listings, by id."""

from dataclasses import dataclass
from uuid import UUID

from marketplace.kernel.events import Event


@dataclass(frozen=True, slots=True, kw_only=True)
class ListingSubmitted(Event):
    """A listing waits for its first review."""

    listing_id: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class ListingWithheld(Event):
    """A listing no longer waits for a reviewer: its merchant took it back, or begins again."""

    listing_id: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeProposed(Event):
    """A material edit of a listing that is up waits for review."""

    listing_id: UUID
    change_id: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeWithdrawn(Event):
    """A waiting edit was taken back or replaced by a later one."""

    listing_id: UUID
    change_id: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class PriceJumped(Event):
    """A price that went live moved further than is usual; somebody should look."""

    listing_id: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class ListingRewritten(Event):
    """What a listing says or shows changed; what waits for review is told of by itself."""

    listing_id: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class ProposalDecided(Event):
    """A merchant's wish for a shared page was accepted, merged into one there is, or declined."""

    proposal_id: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class GoodsPapersEnding(Event):
    """Certificates or licences of brands, shown with a merchant's goods, end soon or today, or have ended."""

    company_id: UUID
    notice_ids: tuple[UUID, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ListingPublished(Event):
    """A listing became public, or what the public sees of it changed."""

    listing_id: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class ListingUnpublished(Event):
    """A listing is public no longer."""

    listing_id: UUID
