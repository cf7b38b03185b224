"""Messages to people."""

from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from marketplace.kernel.columns import StateColumn, UtcDateTime
from marketplace.kernel.db import Base, Json
from marketplace.kernel.ids import new_id
from marketplace.mail.rules import Channel, MessageState


class MailMessage(Base):
    """One message; personal data, so nothing lasting refers to it. ``context`` is emptied once it is over."""

    __tablename__ = "mail_message"

    id: Mapped[UUID] = mapped_column(sa.Uuid, primary_key=True, default=new_id)
    to: Mapped[str] = mapped_column("to_address", sa.String(320))
    channel: Mapped[Channel] = mapped_column(StateColumn(Channel))
    template: Mapped[str] = mapped_column(sa.String(64))
    locale: Mapped[str] = mapped_column(sa.String(16))
    context: Mapped[dict[str, Any]] = mapped_column(Json)
    state: Mapped[MessageState] = mapped_column(StateColumn(MessageState))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    sent_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    __table_args__ = (
        sa.Index("ix_mail_message_to_address", "to_address"),
        sa.Index("ix_mail_message_state_created_at", "state", "created_at"),
    )
