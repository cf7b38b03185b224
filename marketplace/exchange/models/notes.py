"""Tables of notes; what somebody wrote stands apart from who wrote when, so that it can be erased."""

from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from marketplace.exchange.rules.notes import About
from marketplace.kernel.columns import StateColumn, UtcDateTime
from marketplace.kernel.db import Base, insert_only
from marketplace.kernel.ids import new_id


class Note(Base):
    """A member's note about something, for colleagues alone or for ``shared_with``, the other company of an order.

    ``order_id`` is the order of a line, too: all notes of an order are read at once.
    """

    __tablename__ = "note"

    id: Mapped[UUID] = mapped_column(sa.Uuid, primary_key=True, default=new_id)
    company_id: Mapped[UUID] = mapped_column(sa.ForeignKey("company.id"))
    person_id: Mapped[UUID] = mapped_column(sa.Uuid, index=True)
    about: Mapped[About] = mapped_column(StateColumn(About))
    subject_id: Mapped[UUID] = mapped_column(sa.Uuid)
    order_id: Mapped[UUID | None] = mapped_column(sa.Uuid)
    shared_with: Mapped[UUID | None] = mapped_column(sa.ForeignKey("company.id"))
    at: Mapped[datetime] = mapped_column(UtcDateTime)

    __table_args__ = (
        sa.CheckConstraint("shared_with IS NULL OR shared_with <> company_id", name="another"),
        sa.CheckConstraint("(about = 'listing') = (order_id IS NULL)", name="order"),
        sa.CheckConstraint("about <> 'listing' OR shared_with IS NULL", name="own_listing"),
        sa.Index("ix_note_order_id_id", "order_id", "id"),
        sa.Index("ix_note_subject_id_id", "subject_id", "id"),
    )


class NoteText(Base):
    """What was written; empty once its author was erased."""

    __tablename__ = "note_text"

    note_id: Mapped[UUID] = mapped_column(sa.ForeignKey("note.id"), primary_key=True)
    body: Mapped[str] = mapped_column(sa.Text)


insert_only(Note)
