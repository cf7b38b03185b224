"""Issue a document, note that it was set, and bind signatures to it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, cast
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from marketplace.audit import services as audit
from marketplace.audit.services import Act
from marketplace.files import queries as files
from marketplace.files.rules import Purpose
from marketplace.files.services import Upload, keep
from marketplace.kernel.actor import SYSTEM, Actor
from marketplace.kernel.db import insert_if_new, write
from marketplace.kernel.errors import Conflict, Refused
from marketplace.kernel.ids import new_id
from marketplace.outbox import services as outbox
from marketplace.papers import queries
from marketplace.papers.models import DocumentParty, DocumentSeries, DocumentSignature, IssuedDocument
from marketplace.papers.rules import data as paper_data
from marketplace.papers.rules import documents
from marketplace.papers.rules.documents import PaperKind, PaperState, SignatureKind

JOB: Final = "render_document"
_LATEST: Final = (
    sa.select(IssuedDocument.id, IssuedDocument.version, IssuedDocument.data_sha256)
    .where(
        IssuedDocument.issuer_id == sa.bindparam("issuer"),
        IssuedDocument.kind == sa.bindparam("of_kind"),
        IssuedDocument.number == sa.bindparam("numbered"),
    )
    .order_by(IssuedDocument.version.desc())
    .limit(1)
)
_PURPOSES: Final = {SignatureKind.SEAL: Purpose.SEAL, SignatureKind.SCAN: Purpose.SCAN}


@dataclass(frozen=True, slots=True, kw_only=True)
class Paper:
    """A document to issue; its parties may read it, the issuer first, and ``data`` is what ``to_data()`` returns."""

    kind: PaperKind
    subject_kind: str
    subject_id: UUID
    number: str
    locales: Sequence[str]
    data: Mapping[str, Any]
    parties: Sequence[UUID]

    def row(self, version: int, now: datetime) -> dict[str, Any]:
        """Return the columns of this version."""
        return {
            "id": new_id(),
            "kind": PaperKind(self.kind),
            "subject_kind": self.subject_kind,
            "subject_id": self.subject_id,
            "issuer_id": self.parties[0],
            "number": documents.check_number(self.number),
            "version": version,
            "locales": ",".join(documents.languages(self.locales)),
            "data": dict(self.data),
            "data_sha256": paper_data.digest(self.data),
            "state": PaperState.QUEUED,
            "issued_at": now,
        }


def issue(
    session: Session,
    *,
    kind: PaperKind,
    subject_kind: str,
    subject_id: UUID,
    number: str,
    locales: Sequence[str],
    data: Mapping[str, Any],
    parties: Sequence[UUID],
    now: datetime,
    actor: Actor = SYSTEM,
) -> UUID:
    """Issue a document and return its id; a job sets it after the commit.

    ``parties`` may read it, the issuer first. ``data`` is what a paper's ``to_data()`` returns. The same number with
    the same data is the document there is already; with other data it is its next version. ValueError for data
    that is not text-only, a malformed number, or other than one or two languages.
    """
    paper = Paper(
        kind=kind,
        subject_kind=subject_kind,
        subject_id=subject_id,
        number=number,
        locales=locales,
        data=data,
        parties=parties,
    )
    return issue_paper(session, paper=paper, actor=actor, now=now)


def issue_paper(session: Session, *, paper: Paper, actor: Actor, now: datetime) -> UUID:
    """Issue a document and return its id, as ``issue`` does."""
    row = paper.row(1, now)
    same_paper = {"issuer": row["issuer_id"], "of_kind": row["kind"], "numbered": row["number"]}
    while True:
        latest = session.execute(_LATEST, same_paper).one_or_none()
        if latest is not None and latest.data_sha256 == row["data_sha256"]:
            return latest.id
        row["version"] = latest.version + 1 if latest else 1
        # Another issued that version in between: it may be this very paper, so look again.
        if insert_if_new(session, IssuedDocument, **row):
            break
    _publish(session, [(paper, row)], actor=actor, now=now)
    return row["id"]


def issue_first(session: Session, *, papers: Sequence[Paper], actor: Actor, now: datetime) -> None:
    """Issue the first papers of subjects that are new, under numbers that nobody else gives, all together."""
    issued = [(paper, paper.row(1, now)) for paper in papers]
    if issued:
        write(session, IssuedDocument, [row for _, row in issued])
        _publish(session, issued, actor=actor, now=now)


def _publish(
    session: Session, issued: Sequence[tuple[Paper, Mapping[str, Any]]], *, actor: Actor, now: datetime
) -> None:
    """Let the parties read what was issued, note it and have it set."""
    readers = [
        {"document_id": row["id"], "company_id": company_id}
        for paper, row in issued
        for company_id in dict.fromkeys(paper.parties)
    ]
    write(session, DocumentParty, readers)
    acts = [
        Act(
            "document.issue",
            row["id"],
            {"kind": str(paper.kind), "number": paper.number, "sha256": row["data_sha256"]},
        )
        for paper, row in issued
    ]
    audit.record_all(session, actor=actor, subject="document", acts=acts, now=now)
    for _, row in issued:
        outbox.enqueue(session, JOB, {"document": str(row["id"])}, now=now, key=f"{JOB}:{row['id']}")


def next_number(session: Session, *, issuer_id: UUID, kind: PaperKind, year: int) -> str:
    """Return the next number of this issuer's papers of a kind, ``CI-2026-00001``; none is left out or given twice."""
    series = {"issuer_id": issuer_id, "kind": kind, "year": year}
    if insert_if_new(session, DocumentSeries, **series, last=1):
        return documents.serial_number(kind, year=year, place=1)
    where = [getattr(DocumentSeries, name) == value for name, value in series.items()]
    # The changed row stays locked to the end of the transaction, so a number that is rolled back is given again.
    session.execute(
        sa.update(DocumentSeries)
        .where(*where)
        .values(last=DocumentSeries.last + 1)
        .execution_options(synchronize_session=False)
    )
    return documents.serial_number(
        kind, year=year, place=session.scalars(sa.select(DocumentSeries.last).where(*where)).one()
    )


def sign(
    session: Session,
    *,
    actor: Actor,
    document_id: UUID,
    kind: SignatureKind,
    file_id: UUID,
    document_sha256: str,
    now: datetime,
    field: str = "file_id",
) -> bool:
    """Bind the seal or signed scan of the actor's company to a document; False when that was done before.

    ``document_sha256`` is the hash of what was read: of the data, or of the PDF made of it. Conflict
    ``document_hash`` for another, ``document_superseded`` once there is a later version, ``already_signed`` for a
    second signature by other bytes. NotFound for a document the company is no party of, and for another's file.
    """
    row = queries.document(session, company_id=actor.company, document_id=document_id)
    if document_sha256.lower() not in (row.data_sha256, row.pdf_sha256):
        raise Conflict("document_hash", document=document_id, version=row.version)
    file = files.get_file(session, company_id=actor.company, file_id=file_id)
    if not file.serves(_PURPOSES[kind]):
        raise Refused.field(field, "file_other", f"a file handed in with the purpose {_PURPOSES[kind]}")
    if queries.superseded(session, document_ids=[document_id]):
        raise Conflict("document_superseded", document=document_id, version=row.version)
    is_new = insert_if_new(
        session,
        DocumentSignature,
        document_id=document_id,
        company_id=actor.company,
        kind=kind,
        file_id=file.id,
        file_sha256=file.sha256,
        data_sha256=row.data_sha256,
        signed_at=now,
    )
    if not is_new:
        before = session.get_one(DocumentSignature, (document_id, actor.company))
        if before.file_sha256 != file.sha256:
            raise Conflict("already_signed", document=document_id, signed_at=before.signed_at.isoformat())
        return False
    audit.record(
        session,
        actor=actor,
        action="document.sign",
        subject="document",
        subject_id=document_id,
        facts={"kind": str(kind), "file": file.sha256, "document": row.data_sha256},
        now=now,
    )
    return True


def keep_rendered(session: Session, *, document_id: UUID, pdf: Upload, now: datetime) -> bool:
    """Attach the bytes to a queued document; False when another rendering was first, and its bytes stand."""
    # Locked, so that of two renderings the later sees that it is over before it writes down a file.
    queued = session.scalars(
        sa.select(IssuedDocument.id)
        .where(IssuedDocument.id == document_id, IssuedDocument.state == PaperState.QUEUED)
        .with_for_update()
    ).one_or_none()
    if queued is None:
        return False
    file_id = keep(session, actor=SYSTEM, upload=pdf, now=now)
    return _move(session, document_id, "render", file_id=file_id, pdf_sha256=pdf.sha256, rendered_at=now)


def note_failure(session: Session, *, document_id: UUID) -> bool:
    """Note that a queued document cannot be set; False when it was over."""
    return _move(session, document_id, "fail")


def retry(session: Session, *, document_id: UUID, actor: Actor, now: datetime) -> bool:
    """Set a failed document again, for operators; False when it had not failed."""
    if not _move(session, document_id, "retry"):
        return False
    audit.record(
        session, actor=actor, action="document.retry", subject="document", subject_id=document_id, facts={}, now=now
    )
    outbox.enqueue(session, JOB, {"document": str(document_id)}, now=now)
    return True


def _move(session: Session, document_id: UUID, action: str, **values: Any) -> bool:
    """Take the drawn transition where it is possible: the one place that writes a document's state."""
    before = next(state for state in PaperState if documents.LIFECYCLE.allows(state, action))
    statement = (
        sa.update(IssuedDocument)
        .where(IssuedDocument.id == document_id, IssuedDocument.state == before)
        .values(state=documents.LIFECYCLE.apply(before, action), **values)
        .execution_options(synchronize_session=False)
    )
    return cast("sa.CursorResult[Any]", session.execute(statement)).rowcount == 1
