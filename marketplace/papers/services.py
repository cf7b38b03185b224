"""Issue a document, and note that it was set."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final, cast
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from marketplace.audit import services as audit
from marketplace.files.services import Upload, keep
from marketplace.kernel.actor import SYSTEM, Actor
from marketplace.kernel.db import insert_if_new
from marketplace.kernel.ids import new_id
from marketplace.outbox import services as outbox
from marketplace.papers.models import DocumentParty, IssuedDocument
from marketplace.papers.rules import data as paper_data
from marketplace.papers.rules import documents
from marketplace.papers.rules.documents import PaperKind, PaperState

JOB: Final = "render_document"


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
    issuer = parties[0]
    sha256 = paper_data.digest(data)
    same_paper = (
        IssuedDocument.issuer_id == issuer,
        IssuedDocument.kind == kind,
        IssuedDocument.number == documents.check_number(number),
    )
    while True:
        latest = session.scalars(
            sa.select(IssuedDocument).where(*same_paper).order_by(IssuedDocument.version.desc()).limit(1)
        ).one_or_none()
        if latest is not None and latest.data_sha256 == sha256:
            return latest.id
        document_id = new_id()
        is_new = insert_if_new(
            session,
            IssuedDocument,
            id=document_id,
            kind=PaperKind(kind),
            subject_kind=subject_kind,
            subject_id=subject_id,
            issuer_id=issuer,
            number=number,
            version=latest.version + 1 if latest else 1,
            locales=",".join(documents.languages(locales)),
            data=dict(data),
            data_sha256=sha256,
            state=PaperState.QUEUED,
            issued_at=now,
        )
        # Another issued that version in between: it may be this very paper, so look again.
        if is_new:
            break
    for company_id in dict.fromkeys(parties):
        session.add(DocumentParty(document_id=document_id, company_id=company_id))
    session.flush()
    audit.record(
        session,
        actor=actor,
        action="document.issue",
        subject="document",
        subject_id=document_id,
        facts={"kind": str(kind), "number": number, "sha256": sha256},
        now=now,
    )
    outbox.enqueue(session, JOB, {"document": str(document_id)}, now=now, key=f"{JOB}:{document_id}")
    return document_id


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
