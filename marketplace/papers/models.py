"""Issued documents, who may read them, and who has signed them."""

from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from marketplace.kernel.columns import StateColumn, UtcDateTime
from marketplace.kernel.db import Base, Json, insert_only
from marketplace.kernel.ids import new_id
from marketplace.papers.rules.documents import PaperKind, PaperState, SignatureKind


class IssuedDocument(Base):
    """One version of a document; its data never changes, its file is set once."""

    __tablename__ = "issued_document"

    id: Mapped[UUID] = mapped_column(sa.Uuid, primary_key=True, default=new_id)
    kind: Mapped[PaperKind] = mapped_column(StateColumn(PaperKind))
    subject_kind: Mapped[str] = mapped_column(sa.String(32))
    subject_id: Mapped[UUID] = mapped_column(sa.Uuid)
    issuer_id: Mapped[UUID] = mapped_column(sa.Uuid)
    number: Mapped[str] = mapped_column(sa.String(40))
    version: Mapped[int] = mapped_column(sa.Integer)
    # One or two languages, the leading one first: "en" or "en,zh".
    locales: Mapped[str] = mapped_column(sa.String(16))
    data: Mapped[dict[str, Any]] = mapped_column(Json)
    data_sha256: Mapped[str] = mapped_column(sa.String(64))
    state: Mapped[PaperState] = mapped_column(StateColumn(PaperState))
    issued_at: Mapped[datetime] = mapped_column(UtcDateTime)
    rendered_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    file_id: Mapped[UUID | None] = mapped_column(sa.ForeignKey("stored_file.id"))
    pdf_sha256: Mapped[str | None] = mapped_column(sa.String(64))

    __table_args__ = (
        sa.UniqueConstraint("issuer_id", "kind", "number", "version"),
        sa.CheckConstraint("version > 0", name="version"),
        sa.CheckConstraint("(state = 'rendered') = (file_id IS NOT NULL)", name="file"),
        sa.CheckConstraint("(file_id IS NULL) = (pdf_sha256 IS NULL)", name="hash"),
        sa.Index("ix_issued_document_subject_kind_subject_id", "subject_kind", "subject_id"),
        sa.Index("ix_issued_document_state_issued_at", "state", "issued_at"),
        sa.Index("ix_issued_document_file_id", "file_id"),
    )


class DocumentParty(Base):
    """A company that may read a document."""

    __tablename__ = "document_party"

    document_id: Mapped[UUID] = mapped_column(sa.ForeignKey("issued_document.id"), primary_key=True)
    company_id: Mapped[UUID] = mapped_column(sa.Uuid, primary_key=True)

    __table_args__ = (sa.Index("ix_document_party_company_id_document_id", "company_id", "document_id"),)


class DocumentSeries(Base):
    """The last serial number that an issuer gave a paper of a kind in a year."""

    __tablename__ = "document_series"

    issuer_id: Mapped[UUID] = mapped_column(sa.Uuid, primary_key=True)
    kind: Mapped[PaperKind] = mapped_column(StateColumn(PaperKind), primary_key=True)
    year: Mapped[int] = mapped_column(sa.Integer, primary_key=True)
    last: Mapped[int] = mapped_column(sa.Integer)

    __table_args__ = (sa.CheckConstraint("last > 0", name="last"),)


class DocumentSignature(Base):
    """A company's seal or signed scan, bound to the hash of the data that it stands under; never changed."""

    __tablename__ = "document_signature"

    document_id: Mapped[UUID] = mapped_column(sa.ForeignKey("issued_document.id"), primary_key=True)
    company_id: Mapped[UUID] = mapped_column(sa.Uuid, primary_key=True)
    kind: Mapped[SignatureKind] = mapped_column(StateColumn(SignatureKind))
    file_id: Mapped[UUID] = mapped_column(sa.ForeignKey("stored_file.id"), index=True)
    file_sha256: Mapped[str] = mapped_column(sa.String(64))
    data_sha256: Mapped[str] = mapped_column(sa.String(64))
    signed_at: Mapped[datetime] = mapped_column(UtcDateTime)


insert_only(DocumentSignature)
