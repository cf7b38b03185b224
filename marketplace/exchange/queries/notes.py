"""Read notes, as far as a company may."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from marketplace.accounts.models import Company, Person
from marketplace.exchange.models.notes import Note, NoteText
from marketplace.exchange.rules.notes import About
from marketplace.kernel.checks import Breach
from marketplace.kernel.exports import rows
from marketplace.kernel.pages import Page, decode_id, page_of

PAGE: Final = 50


@dataclass(frozen=True, slots=True)
class NoteRow:
    """A note; ``author`` is empty to another company and for an erased person, ``body`` for an erased one."""

    id: UUID
    company_id: UUID
    company: str
    author: str
    about: About
    subject_id: UUID
    is_shared: bool
    body: str
    at: datetime


def of_order(session: Session, *, company_id: UUID, order_id: UUID, cursor: str | None = None) -> Page[NoteRow]:
    """Return what a company may read about an order and its lines, newest first: its own notes, and those for it."""
    return _page(session, company_id, Note.order_id == order_id, cursor)


def of_listing(session: Session, *, company_id: UUID, listing_id: UUID, cursor: str | None = None) -> Page[NoteRow]:
    """Return a company's own notes about its listing, newest first."""
    return _page(session, company_id, sa.and_(Note.about == About.LISTING, Note.subject_id == listing_id), cursor)


def note(session: Session, *, note_id: UUID) -> NoteRow | None:
    """Return a note for whoever tells of it."""
    row = session.execute(_notes().where(Note.id == note_id)).one_or_none()
    return _row(row, None) if row else None


def of_person(session: Session, *, person_id: UUID) -> dict[str, list[dict[str, Any]]]:
    """Return the notes that a person wrote, earliest first."""
    mine = sa.select(Note.about, Note.subject_id, Note.company_id, Note.shared_with, NoteText.body, Note.at)
    joined = mine.join(NoteText, NoteText.note_id == Note.id)
    return {"notes": rows(session, joined.where(Note.person_id == person_id).order_by(Note.id))}


def breaches(session: Session) -> list[Breach]:
    """Return notes without a text of their own."""
    lacking = sa.select(Note.id).outerjoin(NoteText, NoteText.note_id == Note.id).where(NoteText.note_id.is_(None))
    return [Breach("10 notes", "note", key, "has no text") for key in session.scalars(lacking)]


def _page(session: Session, company_id: UUID, wanted: sa.ColumnElement[bool], cursor: str | None) -> Page[NoteRow]:
    mine = sa.or_(Note.company_id == company_id, Note.shared_with == company_id)
    query = _notes().where(wanted, mine).order_by(Note.id.desc()).limit(PAGE + 1)
    if cursor:
        query = query.where(Note.id < decode_id(cursor))
    found = [_row(row, company_id) for row in session.execute(query)]
    return page_of(found, PAGE, lambda row: (row.id.hex,))


def _notes() -> sa.Select[*tuple[Any, ...]]:
    return (
        sa.select(
            Note.id,
            Note.company_id,
            Company.name.label("company"),
            Person.name.label("author"),
            Note.about,
            Note.subject_id,
            Note.shared_with,
            NoteText.body,
            Note.at,
        )
        .join(NoteText, NoteText.note_id == Note.id)
        .join(Company, Company.id == Note.company_id)
        .outerjoin(Person, Person.id == Note.person_id)
    )


def _row(row: Any, reader_id: UUID | None) -> NoteRow:
    return NoteRow(
        id=row.id,
        company_id=row.company_id,
        company=row.company,
        author=(row.author or "") if reader_id == row.company_id else "",
        about=row.about,
        subject_id=row.subject_id,
        is_shared=row.shared_with is not None,
        body=row.body,
        at=row.at,
    )
