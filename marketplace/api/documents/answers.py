"""Answers about documents."""

from uuid import UUID

from marketplace.api.shared.answers import Answer, Instant
from marketplace.edge.acts.documents import DocumentSeen
from marketplace.papers.queries import SignatureRow


class SignatureAnswer(Answer):
    """A company's seal or signed scan under a document; ``document_sha256`` is the hash it is bound to."""

    company_id: UUID
    company: str
    kind: str
    file_sha256: str
    document_sha256: str
    signed_at: Instant

    @classmethod
    def of(cls, row: SignatureRow, company: str) -> "SignatureAnswer":
        """Write a signature's row."""
        return cls(
            company_id=row.company_id,
            company=company,
            kind=row.kind,
            file_sha256=row.file_sha256,
            document_sha256=row.data_sha256,
            signed_at=row.signed_at,
        )


class PartyAnswer(Answer):
    """A company that a document is for."""

    company_id: UUID
    company: str


class DocumentAnswer(Answer):
    """One version of a document; ``data_sha256`` is what a signature binds to."""

    id: UUID
    kind: str
    number: str
    version: int
    superseded: bool
    subject_kind: str
    subject_id: UUID
    issuer_id: UUID
    locales: list[str]
    state: str
    issued_at: Instant
    data_sha256: str
    pdf_sha256: str | None
    parties: list[PartyAnswer]
    signatures: list[SignatureAnswer]

    @classmethod
    def of(cls, seen: DocumentSeen) -> "DocumentAnswer":
        """Write a document as its party sees it."""
        row = seen.row
        return cls(
            id=row.id,
            kind=row.kind,
            number=row.number,
            version=row.version,
            superseded=seen.is_superseded,
            subject_kind=row.subject_kind,
            subject_id=row.subject_id,
            issuer_id=row.issuer_id,
            locales=list(row.locales),
            state=row.state,
            issued_at=row.issued_at,
            data_sha256=row.data_sha256,
            pdf_sha256=row.pdf_sha256,
            parties=[PartyAnswer(company_id=one, company=seen.names[one]) for one in seen.parties],
            signatures=[SignatureAnswer.of(one, seen.names[one.company_id]) for one in seen.signatures],
        )
