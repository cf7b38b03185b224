"""Stored files and the renditions of pictures."""

from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from marketplace.files.rules import Purpose
from marketplace.kernel.columns import StateColumn, UtcDateTime
from marketplace.kernel.db import Base
from marketplace.kernel.ids import new_id


class StoredFile(Base):
    """One file of a company (none: the city's own); the bytes lie in the store under their hash."""

    __tablename__ = "stored_file"

    id: Mapped[UUID] = mapped_column(sa.Uuid, primary_key=True, default=new_id)
    company_id: Mapped[UUID | None] = mapped_column(sa.Uuid)
    purpose: Mapped[Purpose] = mapped_column(StateColumn(Purpose))
    name: Mapped[str] = mapped_column(sa.String(160))
    media_type: Mapped[str] = mapped_column(sa.String(100))
    sha256: Mapped[str] = mapped_column(sa.String(64))
    size: Mapped[int] = mapped_column(sa.BigInteger)
    width: Mapped[int | None] = mapped_column(sa.Integer)
    height: Mapped[int | None] = mapped_column(sa.Integer)
    handed_in_by: Mapped[UUID | None] = mapped_column(sa.Uuid)  # the person, none for what the city made
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)

    __table_args__ = (
        sa.CheckConstraint("size > 0", name="size"),
        sa.Index("ix_stored_file_company_id_id", "company_id", "id"),
        sa.Index("ix_stored_file_sha256", "sha256"),
    )


class FileRendition(Base):
    """A picture in another width, as WebP; ``width`` is the nominal one, a smaller picture is not enlarged."""

    __tablename__ = "file_rendition"

    file_id: Mapped[UUID] = mapped_column(sa.ForeignKey("stored_file.id"), primary_key=True)
    width: Mapped[int] = mapped_column(sa.Integer, primary_key=True, autoincrement=False)
    sha256: Mapped[str] = mapped_column(sa.String(64))
    size: Mapped[int] = mapped_column(sa.BigInteger)
