"""Read documents: a party's own, or those about some subjects."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session, aliased

from marketplace.kernel.checks import Breach
from marketplace.kernel.errors import NotFound, Refused
from marketplace.kernel.pages import Page, decode_cursor, page_of
from marketplace.papers.models import DocumentParty, DocumentSignature, IssuedDocument
from marketplace.papers.rules.data import digest
from marketplace.papers.rules.documents import PaperKind, PaperState, SignatureKind, spoken

PAGE: Final = 25


@dataclass(frozen=True, slots=True)
class DocumentRow:
    """One version of a document, without its data but for the day on it."""

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
    # The day that stands on the paper: that of its place.
    issued_on: date
    rendered_at: datetime | None
    file_id: UUID | None
    pdf_sha256: str | None

    @property
    def languages(self) -> tuple[str, ...]:
        """The languages its labels and clauses are in; the goods' names are in all of ``locales``."""
        return spoken(self.locales)


@dataclass(frozen=True, slots=True)
class Dossier:
    """Documents, and which of them have a later version."""

    documents: tuple[DocumentRow, ...]
    superseded: frozenset[UUID]


@dataclass(frozen=True, slots=True)
class SignatureRow:
    """A company's signature under a document; the company stands for whoever pressed the button."""

    document_id: UUID
    company_id: UUID
    kind: SignatureKind
    file_id: UUID
    file_sha256: str
    data_sha256: str
    signed_at: datetime


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
    about = [IssuedDocument.subject_kind == subject_kind, IssuedDocument.subject_id.in_(subject_ids)]
    if company_id is not None:
        about.append(_is_party(company_id))
    wanted = sa.select(IssuedDocument).where(*about).order_by(IssuedDocument.issued_at, IssuedDocument.id)
    grouped: dict[UUID, list[DocumentRow]] = {subject_id: [] for subject_id in subject_ids}
    for found in session.scalars(wanted.execution_options(populate_existing=True)):
        grouped[found.subject_id].append(_row(found))
    return {subject_id: tuple(rows) for subject_id, rows in grouped.items()}


def dossier(session: Session, *, subjects: Sequence[tuple[str, UUID]], company_id: UUID) -> Dossier:
    """Return the documents about these subjects, each a kind and an id, that a company is a party of, in one question.

    In the order of the subjects, the oldest of each first.
    """
    place = {subject: at for at, subject in enumerate(subjects)}
    given = {"kinds": list({kind for kind, _ in place}), "ids": list({each for _, each in place})}
    found = session.execute(_DOSSIER, given | {"company": company_id}).all()
    mine = [(row, is_superseded) for row, is_superseded in found if (row.subject_kind, row.subject_id) in place]
    mine.sort(key=lambda each: place[each[0].subject_kind, each[0].subject_id])
    return Dossier(
        tuple(_row(row) for row, _ in mine), frozenset(row.id for row, is_superseded in mine if is_superseded)
    )


def documents_of(
    session: Session, *, company_id: UUID, kind: PaperKind | None = None, cursor: str | None = None, size: int = PAGE
) -> Page[DocumentRow]:
    """Return the documents that a company is a party of, newest first."""
    statement = (
        sa.select(IssuedDocument)
        .join(DocumentParty, DocumentParty.document_id == IssuedDocument.id)
        .where(DocumentParty.company_id == company_id)
        .order_by(IssuedDocument.id.desc())
        .limit(size + 1)
    )
    if kind is not None:
        statement = statement.where(IssuedDocument.kind == kind)
    if cursor:
        statement = statement.where(IssuedDocument.id < _position(cursor))
    return page_of([_row(found) for found in session.scalars(statement)], size, lambda row: (str(row.id),))


def parties_of(session: Session, *, document_ids: Collection[UUID]) -> dict[UUID, tuple[UUID, ...]]:
    """Return the companies that documents are for, the issuer first."""
    found = session.execute(
        sa.select(DocumentParty.document_id, DocumentParty.company_id)
        .join(IssuedDocument, IssuedDocument.id == DocumentParty.document_id)
        .where(DocumentParty.document_id.in_(document_ids))
        .order_by(DocumentParty.company_id != IssuedDocument.issuer_id, DocumentParty.company_id)
    )
    parties: dict[UUID, list[UUID]] = {document_id: [] for document_id in document_ids}
    for document_id, company_id in found:
        parties[document_id].append(company_id)
    return {document_id: tuple(ids) for document_id, ids in parties.items()}


def signatures_of(session: Session, *, document_ids: Collection[UUID]) -> dict[UUID, tuple[SignatureRow, ...]]:
    """Return who has signed documents, in the order of signing."""
    found = session.scalars(
        sa.select(DocumentSignature)
        .where(DocumentSignature.document_id.in_(document_ids))
        .order_by(DocumentSignature.signed_at, DocumentSignature.company_id)
    )
    signed: dict[UUID, list[SignatureRow]] = {document_id: [] for document_id in document_ids}
    for row in found:
        signed[row.document_id].append(
            SignatureRow(
                row.document_id,
                row.company_id,
                row.kind,
                row.file_id,
                row.file_sha256,
                row.data_sha256,
                row.signed_at,
            )
        )
    return {document_id: tuple(rows) for document_id, rows in signed.items()}


def superseded(session: Session, *, document_ids: Collection[UUID]) -> frozenset[UUID]:
    """Return those of the documents of which there is a later version."""
    found = sa.select(IssuedDocument.id).where(IssuedDocument.id.in_(document_ids), _HAS_LATER)
    return frozenset(session.scalars(found))


def failed(session: Session, *, size: int = 100) -> tuple[DocumentRow, ...]:
    """Return the newest documents that could not be set."""
    found = session.scalars(
        sa.select(IssuedDocument)
        .where(IssuedDocument.state == PaperState.FAILED)
        .order_by(IssuedDocument.id.desc())
        .limit(size)
    )
    return tuple(_row(row) for row in found)


def waiting(session: Session) -> int:
    """Count the documents that could not be set."""
    return session.scalars(
        sa.select(sa.func.count()).select_from(IssuedDocument).where(IssuedDocument.state == PaperState.FAILED)
    ).one()


def manuscript(session: Session, *, document_id: UUID) -> Manuscript:
    """Return a document with its data, for whoever sets or signs it."""
    found = session.get(IssuedDocument, document_id)
    if found is None:
        raise NotFound("document")
    return Manuscript(_row(found), found.data)


def breaches(session: Session) -> list[Breach]:
    """Return the documents whose data, or a signature, no longer has the hash it was issued with."""
    changed = [
        Breach("2 frozen at placement", "document", row.id, "its data is not what was issued")
        for row in session.execute(_ISSUED)
        if digest(row.data) != row.data_sha256
    ]
    return changed + [
        Breach("7 signature", "document", document_id, "a signature stands under another hash")
        for document_id in session.execute(_UNBOUND).scalars()
    ]


_ISSUED: Final = (
    sa.select(IssuedDocument.id, IssuedDocument.data, IssuedDocument.data_sha256)
    .order_by(IssuedDocument.id)
    .execution_options(yield_per=200)
)
_UNBOUND: Final = (
    sa.select(DocumentSignature.document_id)
    .join(IssuedDocument, IssuedDocument.id == DocumentSignature.document_id)
    .where(DocumentSignature.data_sha256 != IssuedDocument.data_sha256)
)


def _position(cursor: str) -> UUID:
    (last,) = decode_cursor(cursor, str)
    try:
        return UUID(last)
    except ValueError:
        raise Refused.field("cursor", "cursor", "the value of `next` of the page before") from None


def _day_on(found: IssuedDocument) -> date:
    """Return the day on a paper; data that cannot be set names none, and is dated by when it was written."""
    try:
        return date.fromisoformat(str(found.data.get("issued_on")))
    except ValueError:
        return found.issued_at.date()


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
        _day_on(found),
        found.rendered_at,
        found.file_id,
        found.pdf_sha256,
    )


def _is_party(company_id: UUID | sa.BindParameter[UUID]) -> sa.ColumnElement[bool]:
    return sa.exists().where(DocumentParty.document_id == IssuedDocument.id, DocumentParty.company_id == company_id)


_LATER: Final = aliased(IssuedDocument)
_HAS_LATER: Final = sa.exists().where(
    _LATER.issuer_id == IssuedDocument.issuer_id,
    _LATER.kind == IssuedDocument.kind,
    _LATER.number == IssuedDocument.number,
    _LATER.version > IssuedDocument.version,
)
_DOSSIER: Final = (
    sa.select(IssuedDocument, _HAS_LATER)
    .where(
        IssuedDocument.subject_kind.in_(sa.bindparam("kinds", expanding=True)),
        IssuedDocument.subject_id.in_(sa.bindparam("ids", expanding=True)),
        _is_party(sa.bindparam("company", type_=sa.Uuid())),
    )
    .order_by(IssuedDocument.issued_at, IssuedDocument.id)
    .execution_options(populate_existing=True)
)
