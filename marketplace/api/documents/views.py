"""Documents over the API."""

from typing import Any
from uuid import UUID

from flask import Blueprint, jsonify

from marketplace.accounts.rules.permissions import Permission
from marketplace.api.documents.answers import DocumentAnswer
from marketplace.api.shared.operations import operation
from marketplace.edge.acts import documents as acts

api = Blueprint("api_documents", __name__)


@api.get("/documents/<uuid:document_id>")
@operation(answers={200: DocumentAnswer}, tag="documents", permission=Permission.TRADE_DOCUMENT_READ)
def show(document_id: UUID) -> tuple[int, DocumentAnswer]:
    """Tell a document's facts to one of its parties."""
    return 200, DocumentAnswer.of(acts.find(document_id))


@api.get("/documents/<uuid:document_id>.pdf")
@operation(answers={200: None, 202: DocumentAnswer}, tag="documents", permission=Permission.TRADE_DOCUMENT_READ)
def download(document_id: UUID) -> tuple[int, Any]:
    """Give a document as issued; 202 with Retry-After while it is being set."""
    document = acts.find(document_id)
    stored = acts.pdf(document)
    if stored is not None:
        return 200, stored
    waiting = jsonify(DocumentAnswer.of(document).model_dump(mode="json"))
    waiting.headers["Retry-After"] = str(acts.RETRY_AFTER)
    return 202, waiting
