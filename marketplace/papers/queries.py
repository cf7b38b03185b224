"""Read documents: a party's own, or those about some subjects."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from marketplace.kernel.checks import Breach
from marketplace.kernel.errors import NotFound
from marketplace.papers.models import DocumentParty, IssuedDocument
from marketplace.papers.rules.data import digest
from marketplace.papers.rules.documents import PaperKind, PaperState


@dataclass(frozen=True, slots=True)
class DocumentRow:
    """One version of a document, without its data."""

    id: UUID
    kind: PaperKind
    subject_kind: str
    subject_id: UUID
    issuer_id: UUID
    number: str
    version: int
    locales: tuple[str, ...]
    data_sha256: str
    state: PaperState
    issued_at: datetime
    rendered_at: datetime | None
    file_id: UUID | None
    pdf_sha256: str | None


@dataclass(frozen=True, slots=True)
class Manuscript:
    """What the typesetter needs of a document."""

    document: DocumentRow
    data: dict[str, Any]


def document(session: Session, *, company_id: UUID, document_id: UUID) -> DocumentRow:
    """Return a document that this company is a party of; NotFound for an unknown one and for others' alike."""
    found = session.scalars(
        sa.select(IssuedDocument)
        .join(DocumentParty, DocumentParty.document_id == IssuedDocument.id)
        .where(DocumentParty.company_id == company_id, IssuedDocument.id == document_id)
    ).one_or_none()
    if found is None:
        raise NotFound("document")
    return _row(found)


def documents(
    session: Session, *, subject_kind: str, subject_ids: Collection[UUID], company_id: UUID | None = None
) -> dict[UUID, tuple[DocumentRow, ...]]:
    """Return the documents about these subjects, oldest first; with ``company_id`` only those it is a party of."""
    statement = (
        sa.select(IssuedDocument)
        .where(IssuedDocument.subject_kind == subject_kind, IssuedDocument.subject_id.in_(subject_ids))
        .order_by(IssuedDocument.issued_at, IssuedDocument.id)
    )
    if company_id is not None:
        statement = statement.where(
            sa.exists().where(DocumentParty.document_id == IssuedDocument.id, DocumentParty.company_id == company_id)
        )
    grouped: dict[UUID, list[DocumentRow]] = {subject_id: [] for subject_id in subject_ids}
    for found in session.scalars(statement):
        grouped[found.subject_id].append(_row(found))
    return {subject_id: tuple(rows) for subject_id, rows in grouped.items()}


def manuscript(session: Session, *, document_id: UUID) -> Manuscript:
    """Return a document with its data, for whoever sets or signs it."""
    found = session.get(IssuedDocument, document_id)
    if found is None:
        raise NotFound("document")
    return Manuscript(_row(found), found.data)


def breaches(session: Session) -> list[Breach]:
    """Return the documents whose data no longer has the hash it was issued with."""
    rows = session.execute(
        sa.select(IssuedDocument.id, IssuedDocument.data, IssuedDocument.data_sha256)
        .order_by(IssuedDocument.id)
        .execution_options(yield_per=200)
    )
    return [
        Breach("2 frozen at placement", "document", document_id, "its data is not what was issued")
        for document_id, data, sha256 in rows
        if digest(data) != sha256
    ]


def _row(found: IssuedDocument) -> DocumentRow:
    return DocumentRow(
        found.id,
        found.kind,
        found.subject_kind,
        found.subject_id,
        found.issuer_id,
        found.number,
        found.version,
        tuple(found.locales.split(",")),
        found.data_sha256,
        found.state,
        found.issued_at,
        found.rendered_at,
        found.file_id,
        found.pdf_sha256,
    )
