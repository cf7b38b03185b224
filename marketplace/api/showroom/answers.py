"""What the API says of storefronts and pavilions."""

from uuid import UUID

from marketplace.api.catalog.answers import Summary
from marketplace.api.shared.answers import Answer, Instant
from marketplace.catalog.queries.sections import SectionRow
from marketplace.edge.acts.storefronts import Pavilion as FoundPavilion
from marketplace.exchange.queries.pavilions import PavilionRow
from marketplace.exchange.queries.storefronts import FrontRow


class Front(Answer):
    """A version of a merchant's storefront; ``locale`` is the language it was written in first."""

    id: UUID
    company_id: UUID
    company: str
    state: str
    headlines: dict[str, str]
    texts: dict[str, str]
    locale: str
    banner_file_id: UUID | None
    banner_alt: str
    submitted_at: Instant
    due_at: Instant
    escalated_at: Instant | None
    reason: str
    decided_at: Instant | None

    @classmethod
    def of(cls, row: FrontRow) -> "Front":
        """Write a version."""
        return cls(
            id=row.id,
            company_id=row.company_id,
            company=row.company,
            state=row.state,
            headlines=dict(row.headlines),
            texts=dict(row.texts),
            locale=row.source_locale,
            banner_file_id=row.banner_file_id,
            banner_alt=row.banner_alt,
            submitted_at=row.submitted_at,
            due_at=row.due_at,
            escalated_at=row.escalated_at,
            reason=row.reason,
            decided_at=row.decided_at,
        )


class Fronts(Answer):
    """What the public reads of the asker's company, and what was handed in last, whatever became of it."""

    shown: Front | None
    last: Front | None


class Section(Answer):
    """A shelf and how many live listings stand on it."""

    category: str
    names: dict[str, str]
    offers: int

    @classmethod
    def of(cls, row: SectionRow) -> "Section":
        """Write a shelf."""
        return cls(category=row.code, names=dict(row.names), offers=row.count)


class PavilionSummary(Answer):
    """A country: how many of its companies sell, and how many live listings originate there."""

    country: str
    merchants: int
    offers: int

    @classmethod
    def of(cls, row: PavilionRow) -> "PavilionSummary":
        """Write a country."""
        return cls(country=row.country, merchants=row.merchants, offers=row.offers)


class Exhibitor(Answer):
    """A merchant of a country."""

    id: UUID
    name: str
    offers: int


class Lorry(Answer):
    """A departure from a country; ``GET /departures/{id}`` has the rest."""

    id: UUID
    reference: str
    line: str
    departs_at: Instant
    arrives_at: Instant
    to: str


class Pavilion(Answer):
    """A country's pavilion; ``next`` is the cursor of further merchants."""

    country: str
    merchants: list[Exhibitor]
    next: str | None
    categories: list[Section]
    newest: list[Summary]
    departures: list[Lorry]
    events: list[UUID]

    @classmethod
    def of(cls, found: FoundPavilion) -> "Pavilion":
        """Write a pavilion."""
        return cls(
            country=found.country,
            merchants=[
                Exhibitor(id=row.company_id, name=row.name, offers=row.offers) for row in found.exhibitors.items
            ],
            next=found.exhibitors.next,
            categories=[Section.of(row) for row in found.sections],
            newest=[Summary.of(row, found.closed.get(row.listing_id)) for row in found.newest],
            departures=[
                Lorry(
                    id=row.id,
                    reference=row.reference,
                    line=row.line_code,
                    departs_at=row.departs_at,
                    arrives_at=row.arrives_at,
                    to=row.stops[-1].place.code,
                )
                for row in found.lorries
            ],
            events=[row.id for row in found.fairs],
        )
