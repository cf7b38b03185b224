"""Read a tenant's leads, and what people left and wrote about them."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from marketplace.accounts.models import Company
from marketplace.catalog.models import Listing
from marketplace.exchange.models.leads import Lead, LeadCard, LeadNote
from marketplace.exchange.models.showroom import Booth, Exhibit, Tenancy
from marketplace.exchange.rules.leads import FOLLOWED, LeadState
from marketplace.kernel.errors import NotFound
from marketplace.kernel.exports import rows
from marketplace.kernel.pages import Page, decode_id, page_of

PAGE: Final = 24
_EXPORTED: Final = 10_000


@dataclass(frozen=True, slots=True)
class LeadRow:
    """A lead of a merchant; the card's fields are empty where none was left or it was erased."""

    id: UUID
    merchant_id: UUID
    state: LeadState
    owner_id: UUID | None
    company_id: UUID | None
    company: str | None
    country: str | None
    listing_id: UUID
    sku: str
    titles: Mapping[str, str]
    source_locale: str
    booth: str
    came_at: datetime
    due_at: datetime
    escalated_at: datetime | None
    has_card: bool
    name: str
    email: str
    phone: str
    message: str
    consented_at: datetime | None


@dataclass(frozen=True, slots=True)
class NoteRow:
    """What was noted of a lead, or the reason for an act."""

    action: str
    body: str
    person_id: UUID | None
    at: datetime


def leads(
    session: Session,
    *,
    merchant_id: UUID,
    state: LeadState | None = None,
    is_followed: bool = False,
    owner_id: UUID | None = None,
    is_unowned: bool = False,
    cursor: str | None = None,
) -> Page[LeadRow]:
    """Return a merchant's leads, the newest first, in one query.

    ``is_followed``: those that were contacted and are not closed; ``owner_id``: a member's, ``is_unowned``: nobody's.
    """
    wanted = _leads().where(Lead.merchant_id == merchant_id).order_by(Lead.id.desc()).limit(PAGE + 1)
    if state is not None:
        wanted = wanted.where(Lead.state == state)
    if is_followed:
        wanted = wanted.where(Lead.state.in_(FOLLOWED))
    if is_unowned:
        wanted = wanted.where(Lead.owner_id.is_(None))
    elif owner_id is not None:
        wanted = wanted.where(Lead.owner_id == owner_id)
    if cursor:
        wanted = wanted.where(Lead.id < decode_id(cursor))
    return page_of([_row(row) for row in session.execute(wanted)], PAGE, lambda row: (str(row.id),))


def all_leads(session: Session, *, merchant_id: UUID) -> tuple[LeadRow, ...]:
    """Return a merchant's leads for its own list, the newest first, ten thousand at most."""
    wanted = _leads().where(Lead.merchant_id == merchant_id).order_by(Lead.id.desc()).limit(_EXPORTED)
    return tuple(_row(row) for row in session.execute(wanted))


def lead(session: Session, *, lead_id: UUID, merchant_id: UUID | None) -> LeadRow:
    """Return a lead of this merchant (of any for the city's own jobs); NotFound for another's and an unknown one."""
    wanted = _leads().where(Lead.id == lead_id)
    if merchant_id is not None:
        wanted = wanted.where(Lead.merchant_id == merchant_id)
    found = session.execute(wanted).one_or_none()
    if found is None:
        raise NotFound("lead")
    return _row(found)


def notes(session: Session, *, lead_id: UUID) -> tuple[NoteRow, ...]:
    """Return what was noted of a lead, the latest first, for a caller that has shown its right."""
    wanted = sa.select(LeadNote.action, LeadNote.body, LeadNote.person_id, LeadNote.at)
    found = session.execute(wanted.where(LeadNote.lead_id == lead_id).order_by(LeadNote.id.desc()))
    return tuple(NoteRow(*row) for row in found)


def late(session: Session, *, now: datetime) -> tuple[UUID, ...]:
    """Return the leads that wait longer than they should and were not told of yet."""
    return tuple(session.scalars(sa.select(Lead.id).where(is_late(now)).order_by(Lead.id)))


def is_late(now: datetime) -> sa.ColumnElement[bool]:
    """Tell a lead that nobody answered in time, and that was not told of yet."""
    return sa.and_(Lead.state == LeadState.NEW, Lead.due_at <= now, Lead.escalated_at.is_(None))


def of_person(session: Session, *, person_id: UUID) -> dict[str, list[dict[str, Any]]]:
    """Return the cards a person left and the notes a person wrote, for that person, earliest first."""
    card, note = LeadCard, LeadNote
    left = (card.lead_id, card.name, card.email, card.phone, card.message, card.consented_at)
    cards = sa.select(*left).where(card.person_id == person_id).order_by(card.lead_id)
    wrote = sa.select(note.lead_id, note.action, note.body, note.at).where(note.person_id == person_id)
    owned = sa.select(Lead.id, Lead.state, Lead.came_at).where(Lead.owner_id == person_id).order_by(Lead.id)
    return {
        "cards_left": rows(session, cards),
        "lead_notes": rows(session, wrote.order_by(note.id)),
        "leads_taken": rows(session, owned),
    }


def _leads() -> sa.Select[*tuple[Any, ...]]:
    return (
        sa.select(Lead, Company.name, Company.country, Exhibit.listing_id, Listing, Booth.code, LeadCard)
        .join(Exhibit, Exhibit.id == Lead.exhibit_id)
        .join(Listing, Listing.id == Exhibit.listing_id)
        .join(Tenancy, Tenancy.id == Exhibit.tenancy_id)
        .join(Booth, Booth.id == Tenancy.booth_id)
        .outerjoin(Company, Company.id == Lead.company_id)
        .outerjoin(LeadCard, LeadCard.lead_id == Lead.id)
        .execution_options(populate_existing=True)
    )


def _row(found: Any) -> LeadRow:
    row, company, country, listing_id, listing, booth, card = found
    return LeadRow(
        id=row.id,
        merchant_id=row.merchant_id,
        state=row.state,
        owner_id=row.owner_id,
        company_id=row.company_id,
        company=company,
        country=country,
        listing_id=listing_id,
        sku=listing.sku,
        titles=listing.titles,
        source_locale=listing.source_locale,
        booth=booth,
        came_at=row.came_at,
        due_at=row.due_at,
        escalated_at=row.escalated_at,
        has_card=card is not None,
        name=card.name if card else "",
        email=card.email if card else "",
        phone=card.phone if card else "",
        message=card.message if card else "",
        consented_at=card.consented_at if card else None,
    )
