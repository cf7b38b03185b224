"""Audit rows, the list of those to seal, and the seals."""

from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from marketplace.kernel.columns import UtcDateTime
from marketplace.kernel.db import Base, Json, insert_only
from marketplace.kernel.ids import new_id


class AuditRow(Base):
    """One act: who, for which company, what, to which thing. Insert-only."""

    __tablename__ = "audit_row"

    id: Mapped[UUID] = mapped_column(sa.Uuid, primary_key=True, default=new_id)
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    actor_id: Mapped[UUID | None] = mapped_column(sa.Uuid)
    company_id: Mapped[UUID | None] = mapped_column(sa.Uuid)
    action: Mapped[str] = mapped_column(sa.String(64))
    subject: Mapped[str] = mapped_column(sa.String(64))
    subject_id: Mapped[UUID] = mapped_column(sa.Uuid)
    facts: Mapped[dict[str, Any]] = mapped_column(Json)
    hash: Mapped[str] = mapped_column(sa.String(64))

    __table_args__ = (
        sa.Index("ix_audit_row_subject", "subject", "subject_id", "id"),
        sa.Index("ix_audit_row_company_id_id", "company_id", "id"),
        sa.Index("ix_audit_row_actor_id_id", "actor_id", "id"),
    )


class AuditUnsealed(Base):
    """A row that no seal names yet: the sealing job's list, written with the row."""

    __tablename__ = "audit_unsealed"

    row_id: Mapped[UUID] = mapped_column(sa.ForeignKey("audit_row.id"), primary_key=True)


class AuditSeal(Base):
    """A link of the chain: the exact rows it covers, in order, and the hash over them and the link before."""

    __tablename__ = "audit_seal"

    sequence: Mapped[int] = mapped_column(sa.BigInteger, primary_key=True, autoincrement=False)
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    count: Mapped[int] = mapped_column(sa.Integer)
    rows: Mapped[list[str]] = mapped_column(Json)
    previous: Mapped[str] = mapped_column(sa.String(64), unique=True)
    hash: Mapped[str] = mapped_column(sa.String(64), unique=True)


insert_only(AuditRow)
insert_only(AuditSeal)
