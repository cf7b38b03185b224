"""What the API says of halls, booths, exhibits and leads."""

from collections.abc import Iterable
from datetime import date
from uuid import UUID

from marketplace.api.shared.answers import Answer, Instant
from marketplace.exchange.queries.leads import LeadRow, NoteRow
from marketplace.exchange.queries.showroom import BoothRow, ExhibitRow, HallRow, TenancyRow


class Booth(Answer):
    """A booth: its ground in m², its cell on the plan, and who stands there today with how many live offers."""

    id: UUID
    code: str
    area_m2: str
    column: int
    row: int
    company_id: UUID | None
    company: str | None
    country: str | None
    exhibits: int

    @classmethod
    def of(cls, row: BoothRow) -> "Booth":
        """Write a booth."""
        return cls(
            id=row.id,
            code=row.code,
            area_m2=f"{row.area_m2:f}",
            column=row.column,
            row=row.row,
            company_id=row.company_id,
            company=row.company,
            country=row.country,
            exhibits=row.exhibits,
        )


class ShownBooth(Booth):
    """A booth with the listings that are shown on it."""

    hall: str
    listings: list[UUID]


class Hall(Answer):
    """A hall with its booths."""

    id: UUID
    code: str
    names: dict[str, str]
    booths: list[Booth]

    @classmethod
    def of(cls, row: HallRow) -> "Hall":
        """Write a hall."""
        return cls(id=row.id, code=row.code, names=dict(row.names), booths=[Booth.of(each) for each in row.booths])


class Tenancy(Answer):
    """A merchant on a booth from one day to another, both counted, by the clock of the halls."""

    id: UUID
    booth_id: UUID
    booth: str
    hall: str
    company_id: UUID
    company: str
    from_on: date
    until_on: date

    @classmethod
    def of(cls, row: TenancyRow) -> "Tenancy":
        """Write a tenancy."""
        return cls(
            id=row.id,
            booth_id=row.booth_id,
            booth=row.booth_code,
            hall=row.hall_code,
            company_id=row.company_id,
            company=row.company,
            from_on=row.from_on,
            until_on=row.until_on,
        )


class Exhibit(Answer):
    """A listing on a booth, what its label says, and on how many days browsers opened it."""

    id: UUID
    listing_id: UUID
    sku: str
    code: str
    url: str
    visits: int

    @classmethod
    def of(cls, row: ExhibitRow, url: str) -> "Exhibit":
        """Write an exhibit."""
        return cls(id=row.id, listing_id=row.listing_id, sku=row.sku, code=row.code, url=url, visits=row.visits)


class OwnTenancy(Tenancy):
    """A tenancy of the asker's company with its exhibits."""

    exhibits: list[Exhibit]


class Label(Answer):
    """What a label opens; ``standing``: the booth is its tenant's today and the listing still on it."""

    listing_id: UUID
    merchant_id: UUID
    merchant: str
    hall: str
    booth: str
    standing: bool

    @classmethod
    def of(cls, row: ExhibitRow) -> "Label":
        """Write a label."""
        return cls(
            listing_id=row.listing_id,
            merchant_id=row.tenancy.company_id,
            merchant=row.tenancy.company,
            hall=row.tenancy.hall_code,
            booth=row.tenancy.booth_code,
            standing=row.is_standing,
        )


class Lead(Answer):
    """A visitor of a booth; name, address and words are empty where no card was left, or it was erased."""

    id: UUID
    state: str
    owner_id: UUID | None
    company_id: UUID | None
    company: str | None
    country: str | None
    listing_id: UUID
    booth: str
    came_at: Instant
    due_at: Instant
    escalated_at: Instant | None
    name: str
    email: str
    phone: str
    message: str
    consented_at: Instant | None

    @classmethod
    def of(cls, row: LeadRow) -> "Lead":
        """Write a lead."""
        return cls(
            id=row.id,
            state=row.state,
            owner_id=row.owner_id,
            company_id=row.company_id,
            company=row.company,
            country=row.country,
            listing_id=row.listing_id,
            booth=row.booth,
            came_at=row.came_at,
            due_at=row.due_at,
            escalated_at=row.escalated_at,
            name=row.name,
            email=row.email,
            phone=row.phone,
            message=row.message,
            consented_at=row.consented_at,
        )


class Note(Answer):
    """What was noted of a lead, or why something was done."""

    action: str
    text: str
    person_id: UUID | None
    at: Instant


class LeadWithNotes(Lead):
    """A lead and what was noted of it, the latest first."""

    notes: list[Note]

    @classmethod
    def of_noted(cls, row: LeadRow, notes: Iterable[NoteRow]) -> "LeadWithNotes":
        """Write a lead with its notes."""
        told = [Note(action=each.action, text=each.body, person_id=each.person_id, at=each.at) for each in notes]
        return cls(**Lead.of(row).model_dump(), notes=told)
