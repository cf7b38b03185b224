"""Documents: a party's own, given out as stored."""

from uuid import UUID

from flask import Response

from marketplace.edge.acts import files as file_acts
from marketplace.edge.identity import require_actor
from marketplace.edge.requests import documents as _texts  # noqa: F401  registers why one is not given out
from marketplace.files import queries as files
from marketplace.kernel.db import reading
from marketplace.kernel.errors import Conflict
from marketplace.papers import queries
from marketplace.papers.queries import DocumentRow
from marketplace.papers.rules.documents import PaperState

# Seconds after which a document that is being set is worth asking for again.
RETRY_AFTER = 2


def find(document_id: UUID) -> DocumentRow:
    """Return a document the asker's company is a party of."""
    return queries.document(reading(), company_id=require_actor().company, document_id=document_id)


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
