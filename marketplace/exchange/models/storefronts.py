"""Tables of storefronts."""

from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from marketplace.exchange.rules.storefronts import FrontState
from marketplace.kernel.columns import StateColumn, UtcDateTime
from marketplace.kernel.db import Base, Json
from marketplace.kernel.ids import new_id

_PENDING = sa.text("state = 'pending'")
_SHOWN = sa.text("state = 'shown'")


class StorefrontVersion(Base):
    """What a merchant wants to say of itself; at most one version is shown and one waits. Texts never change."""

    __tablename__ = "storefront_version"

    id: Mapped[UUID] = mapped_column(sa.Uuid, primary_key=True, default=new_id)
    company_id: Mapped[UUID] = mapped_column(sa.ForeignKey("merchant.company_id"))
    state: Mapped[FrontState] = mapped_column(StateColumn(FrontState))
    headlines: Mapped[dict[str, str]] = mapped_column(Json)
    texts: Mapped[dict[str, str]] = mapped_column(Json)
    source_locale: Mapped[str] = mapped_column(sa.String(8))
    banner_file_id: Mapped[UUID | None] = mapped_column(sa.ForeignKey("stored_file.id"), index=True)
    banner_alt: Mapped[str] = mapped_column(sa.String(160))
    submitted_by: Mapped[UUID | None] = mapped_column(sa.Uuid)
    submitted_at: Mapped[datetime] = mapped_column(UtcDateTime)
    # Until when the operator answers; escalated_at while one that takes longer still waits.
    due_at: Mapped[datetime] = mapped_column(UtcDateTime)
    escalated_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    reason: Mapped[str] = mapped_column(sa.Text, default="")
    decided_by: Mapped[UUID | None] = mapped_column(sa.Uuid)
    decided_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    __table_args__ = (
        sa.Index("ix_storefront_version_company_id_id", "company_id", "id"),
        sa.Index("ix_storefront_version_state_id", "state", "id"),
        sa.Index(
            "uq_storefront_version_pending",
            "company_id",
            unique=True,
            sqlite_where=_PENDING,
            postgresql_where=_PENDING,
        ),
        sa.Index(
            "uq_storefront_version_shown", "company_id", unique=True, sqlite_where=_SHOWN, postgresql_where=_SHOWN
        ),
    )
