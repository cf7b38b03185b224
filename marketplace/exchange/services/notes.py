"""Write notes, which nobody changes any more; forget the words of who was erased."""

from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from marketplace.accounts.events import PersonErased
from marketplace.audit import services as audit
from marketplace.exchange.events.notes import NoteShared
from marketplace.exchange.models.notes import Note, NoteText
from marketplace.exchange.rules.notes import About, check_text
from marketplace.kernel import events
from marketplace.kernel.actor import Actor
from marketplace.kernel.ids import new_id


def write(
    session: Session,
    *,
    actor: Actor,
    about: About,
    subject_id: UUID,
    order_id: UUID | None,
    text: str,
    shared_with: UUID | None = None,
    now: datetime,
) -> UUID:
    """Keep a note of the actor's about something that the caller has found to be his company's.

    ``shared_with`` is the other company of the order, who is told; without it colleagues alone read the note. Refused
    ``text``.
    """
    body = check_text(text)
    row = Note(
        id=new_id(),
        company_id=actor.company,
        person_id=actor.person,
        about=about,
        subject_id=subject_id,
        order_id=order_id,
        shared_with=shared_with,
        at=now,
    )
    session.add(row)
    session.flush()
    session.add(NoteText(note_id=row.id, body=body))
    session.flush()
    audit.record(
        session,
        actor=actor,
        action="note.written",
        subject=about.value,
        subject_id=subject_id,
        facts={"note": row.id, "shared": shared_with is not None},
        now=now,
    )
    if shared_with is not None and order_id is not None:
        events.record(
            session,
            NoteShared(note_id=row.id, order_id=order_id, author_id=actor.company, reader_id=shared_with, at=now),
        )
    return row.id


def on_person_erased(session: Session, event: PersonErased) -> None:
    """Blank what the person wrote; that something was written when stays by id."""
    mine = sa.select(Note.id).where(Note.person_id == event.person_id)
    session.execute(sa.update(NoteText).where(NoteText.note_id.in_(mine)).values(body=""))
