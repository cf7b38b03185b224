"""Answers about documents."""

from uuid import UUID

from marketplace.api.shared.answers import Answer, Instant
from marketplace.papers.queries import DocumentRow


class DocumentAnswer(Answer):
    """One version of a document; ``data_sha256`` is what a signature binds to."""

    id: UUID
    kind: str
    number: str
    version: int
    subject_kind: str
    subject_id: UUID
    locales: list[str]
    state: str
    issued_at: Instant
    data_sha256: str
    pdf_sha256: str | None

    @classmethod
    def of(cls, row: DocumentRow) -> "DocumentAnswer":
        """Write a document's row."""
        return cls(
            id=row.id,
            kind=row.kind,
            number=row.number,
            version=row.version,
            subject_kind=row.subject_kind,
            subject_id=row.subject_id,
            locales=list(row.locales),
            state=row.state,
            issued_at=row.issued_at,
            data_sha256=row.data_sha256,
            pdf_sha256=row.pdf_sha256,
        )
