"""Read the operator's board of enquiries, and what people wrote there."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from marketplace.exchange.models.enquiries import Enquiry, EnquirySender, EnquiryText
from marketplace.exchange.rules.enquiries import EnquiryKind, EnquiryState
from marketplace.kernel.errors import NotFound
from marketplace.kernel.exports import rows
from marketplace.kernel.pages import Page, decode_id, page_of

PAGE: Final = 24


@dataclass(frozen=True, slots=True)
class EnquiryRow:
    """An enquiry; what tells of its sender is empty once it was erased."""

    id: UUID
    reference: str
    kind: EnquiryKind
    state: EnquiryState
    owner_id: UUID | None
    came_at: datetime
    due_at: datetime | None
    escalated_at: datetime | None
    name: str
    email: str
    company: str
    country: str
    locale: str


@dataclass(frozen=True, slots=True)
class TextRow:
    """What was asked, answered, or said when it was closed."""

    action: str
    body: str
    person_id: UUID | None
    at: datetime


def enquiries(session: Session, *, state: EnquiryState, cursor: str | None = None) -> Page[EnquiryRow]:
    """Return the enquiries in a state, who came first first, in one query."""
    wanted = _enquiries().where(Enquiry.state == state).order_by(Enquiry.id).limit(PAGE + 1)
    if cursor:
        wanted = wanted.where(Enquiry.id > decode_id(cursor))
    return page_of([_row(*row) for row in session.execute(wanted)], PAGE, lambda row: (str(row.id),))


def enquiry(session: Session, *, enquiry_id: UUID) -> EnquiryRow:
    """Return an enquiry; NotFound for an unknown one."""
    row = session.execute(_enquiries().where(Enquiry.id == enquiry_id)).one_or_none()
    if row is None:
        raise NotFound("enquiry")
    return _row(*row)


def texts(session: Session, *, enquiry_id: UUID) -> tuple[TextRow, ...]:
    """Return what was written about an enquiry, the question first."""
    wanted = sa.select(EnquiryText.action, EnquiryText.body, EnquiryText.person_id, EnquiryText.at)
    found = session.execute(wanted.where(EnquiryText.enquiry_id == enquiry_id).order_by(EnquiryText.id))
    return tuple(TextRow(*row) for row in found)


def waiting(session: Session) -> int:
    """Count the enquiries that nobody has answered."""
    return session.scalar(sa.select(sa.func.count()).where(Enquiry.state == EnquiryState.OPEN)) or 0


def late(session: Session, *, now: datetime) -> tuple[UUID, ...]:
    """Return the enquiries that wait longer than was promised and were not told of yet."""
    return tuple(session.scalars(sa.select(Enquiry.id).where(is_late(now)).order_by(Enquiry.id)))


def is_late(now: datetime) -> sa.ColumnElement[bool]:
    """Tell an enquiry that nobody answered in time, and that was not told of yet."""
    return sa.and_(Enquiry.state == EnquiryState.OPEN, Enquiry.due_at <= now, Enquiry.escalated_at.is_(None))


def of_person(session: Session, *, person_id: UUID) -> dict[str, list[dict[str, Any]]]:
    """Return what a person asked, and wrote about the questions of others, for that person, earliest first."""
    sender, text = EnquirySender, EnquiryText
    asked = (sender.enquiry_id, sender.name, sender.email, sender.company, sender.country, sender.consented_at)
    sent = sa.select(*asked).where(sender.person_id == person_id).order_by(sender.enquiry_id)
    wrote = sa.select(text.enquiry_id, text.action, text.body, text.at).where(text.person_id == person_id)
    return {"enquiries_sent": rows(session, sent), "enquiry_texts": rows(session, wrote.order_by(text.id))}


def _enquiries() -> sa.Select[*tuple[Any, ...]]:
    statement = sa.select(Enquiry, EnquirySender).outerjoin(EnquirySender, EnquirySender.enquiry_id == Enquiry.id)
    return statement.execution_options(populate_existing=True)


def _row(found: Enquiry, sender: EnquirySender | None) -> EnquiryRow:
    return EnquiryRow(
        id=found.id,
        reference=found.reference,
        kind=found.kind,
        state=found.state,
        owner_id=found.owner_id,
        came_at=found.came_at,
        due_at=found.due_at,
        escalated_at=found.escalated_at,
        name=sender.name if sender else "",
        email=sender.email if sender else "",
        company=sender.company if sender else "",
        country=sender.country if sender else "",
        locale=sender.locale if sender else "en",
    )
