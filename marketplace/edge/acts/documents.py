"""Documents: a party's own, given out as stored, and signed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from flask import Response
from sqlalchemy.orm import Session

from marketplace.accounts import queries as accounts
from marketplace.edge.acts import files as file_acts
from marketplace.edge.identity import require_actor
from marketplace.edge.requests import documents as requests
from marketplace.files import queries as files
from marketplace.kernel import clock
from marketplace.kernel.db import reading, unit_of_work
from marketplace.kernel.errors import Conflict, NotFound
from marketplace.kernel.pages import Page
from marketplace.papers import queries, services
from marketplace.papers.queries import DocumentRow, SignatureRow
from marketplace.papers.rules.documents import PaperState, SignatureKind

# Seconds after which a document that is being set is worth asking for again.
RETRY_AFTER = 2


@dataclass(frozen=True, slots=True)
class DocumentSeen:
    """A document as a party sees it: for whom it is and which companies have signed; companies, never people."""

    row: DocumentRow
    parties: tuple[UUID, ...]
    signatures: tuple[SignatureRow, ...]
    names: Mapping[UUID, str]
    is_superseded: bool

    def is_signed_by(self, company_id: UUID) -> bool:
        """Tell whether this company has signed."""
        return any(row.company_id == company_id for row in self.signatures)


def find(document_id: UUID) -> DocumentRow:
    """Return a document the asker's company is a party of."""
    return queries.document(reading(), company_id=require_actor().company, document_id=document_id)


def look(document_id: UUID) -> DocumentSeen:
    """Return a document the asker's company is a party of, with who is for it and who has signed."""
    (seen,) = seen_of([find(document_id)])
    return seen


def many(search: requests.DocumentsQuery) -> Page[DocumentSeen]:
    """Return the documents that the asker's company is a party of, newest first."""
    page = queries.documents_of(reading(), company_id=require_actor().company, kind=search.kind, cursor=search.cursor)
    return Page(tuple(seen_of(page.items)), page.next)


def seen_of(rows: Sequence[DocumentRow]) -> list[DocumentSeen]:
    """Return documents that the asker may see, as it sees them."""
    session, ids = reading(), [row.id for row in rows]
    parties = queries.parties_of(session, document_ids=ids)
    signatures = queries.signatures_of(session, document_ids=ids)
    superseded = queries.superseded(session, document_ids=ids)
    companies = accounts.get_companies(session, company_ids={one for of in parties.values() for one in of})
    names = {company.id: company.name for company in companies.values()}
    return [DocumentSeen(row, parties[row.id], signatures[row.id], names, row.id in superseded) for row in rows]


def pdf(document: DocumentRow) -> Response | None:
    """Return the stored bytes, None while they are being set; Conflict when they cannot be."""
    if document.state is PaperState.FAILED:
        raise Conflict("document_failed")
    if document.file_id is None:
        return None
    response = file_acts.give(files.get_any(reading(), file_id=document.file_id))
    response.set_etag(str(document.pdf_sha256))
    response.headers["Cache-Control"] = "private, no-cache"
    return response


def sign(document_id: UUID, body: requests.Signature) -> None:
    """Sign for the asker's company with a file handed in before; again changes nothing."""
    with unit_of_work() as session:
        _sign(session, document_id, body)


def _sign(session: Session, document_id: UUID, body: requests.Signature) -> None:
    kind, file_id, field = body.chosen
    services.sign(
        session,
        actor=require_actor(),
        document_id=document_id,
        kind=kind,
        file_id=file_id,
        document_sha256=body.document_sha256,
        now=clock.now(),
        field=field,
    )


def sign_by_form(document_id: UUID, body: requests.SignatureForm) -> None:
    """Sign with the file in this request."""
    find(document_id)  # another's document takes no file in
    kind = SignatureKind(body.kind)
    upload = file_acts.received(purpose=kind)
    field = "seal_file_id" if kind is SignatureKind.SEAL else "file_id"
    with unit_of_work() as session:
        chosen = {field: file_acts.keep(session, upload)}
        _sign(session, document_id, requests.Signature(document_sha256=body.document_sha256, **chosen))


def signature_file(document_id: UUID, company_id: UUID) -> Response:
    """Return the seal or scan that a party signed with, to every party; NotFound where it has not."""
    for row in look(document_id).signatures:
        if row.company_id == company_id:
            return file_acts.give(files.get_any(reading(), file_id=row.file_id))
    raise NotFound("signature")
