"""What the API says of a merchant to everybody."""

from collections.abc import Iterable
from datetime import date
from uuid import UUID

from marketplace.api.shared.answers import Answer, Instant
from marketplace.catalog.queries.sections import SectionRow
from marketplace.edge.acts.sellers import Seller
from marketplace.exchange.queries.showroom import BoothRow
from marketplace.exchange.queries.storefronts import FrontRow


class Words(Answer):
    """What a merchant says of itself by language; the banner is at ``/pictures/{id}/{320, 800 or 1600}``."""

    headlines: dict[str, str]
    texts: dict[str, str]
    locale: str
    banner_file_id: UUID | None
    banner_alt: str

    @classmethod
    def of(cls, row: FrontRow) -> "Words":
        """Write what is shown."""
        return cls(
            headlines=dict(row.headlines),
            texts=dict(row.texts),
            locale=row.source_locale,
            banner_file_id=row.banner_file_id,
            banner_alt=row.banner_alt,
        )


class Shelf(Answer):
    """A shelf on which the merchant has live listings, and how many."""

    category: str
    names: dict[str, str]
    offers: int


class Stand(Answer):
    """A booth of the showroom on which the merchant stands today."""

    id: UUID
    hall: str
    code: str


class Merchant(Answer):
    """A merchant, and what the city vouches for; a licence that was accepted is good until ``licence_until``.

    ``verified``: nothing that it has to show was rejected. ``compared``: name and number rest on a licence that was
    not. ``proof`` says how far the registration number proves itself: ``checksum``, ``format`` or ``pattern``.
    """

    id: UUID
    name: str
    country: str
    legal_name: str
    licence_until: date | None
    licence_accepted: bool
    verified: bool
    compared: bool
    checked_by: str | None
    checked_at: Instant | None
    proof: str | None
    storefront: Words | None
    categories: list[Shelf]
    booths: list[Stand]

    @classmethod
    def of(
        cls, found: Seller, front: FrontRow | None, sections: Iterable[SectionRow], booths: Iterable[BoothRow]
    ) -> "Merchant":
        """Write a merchant."""
        return cls(
            id=found.company_id,
            name=found.name,
            country=found.country,
            legal_name=found.legal_name,
            licence_until=found.licence_until,
            licence_accepted=found.has_licence,
            verified=found.is_verified,
            compared=found.is_compared,
            checked_by=found.checked_by,
            checked_at=found.checked_at,
            proof=found.proof,
            storefront=Words.of(front) if front else None,
            categories=[Shelf(category=row.code, names=dict(row.names), offers=row.count) for row in sections],
            booths=[Stand(id=row.id, hall=row.hall_code, code=row.code) for row in booths],
        )
