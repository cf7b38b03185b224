"""Documents over the API."""

from typing import Any
from uuid import UUID

from flask import Blueprint, jsonify

from marketplace.accounts.rules.permissions import Permission
from marketplace.api.documents.answers import DocumentAnswer
from marketplace.api.shared.answers import Items
from marketplace.api.shared.operations import operation
from marketplace.edge.acts import documents as acts
from marketplace.edge.requests import documents as requests

api = Blueprint("api_documents", __name__)


@api.get("/documents")
@operation(
    answers={200: Items[DocumentAnswer]},
    tag="documents",
    permission=Permission.TRADE_DOCUMENT_READ,
    query=requests.DocumentsQuery,
)
def listed(query: requests.DocumentsQuery) -> tuple[int, Items[DocumentAnswer]]:
    """List the documents that one's company is a party of, newest first."""
    page = acts.many(query).map(DocumentAnswer.of)
    return 200, Items[DocumentAnswer](items=list(page.items), next=page.next)


@api.get("/documents/<uuid:document_id>")
@operation(answers={200: DocumentAnswer}, tag="documents", permission=Permission.TRADE_DOCUMENT_READ)
def show(document_id: UUID) -> tuple[int, DocumentAnswer]:
    """Tell a document's facts to one of its parties."""
    return 200, DocumentAnswer.of(acts.look(document_id))


@api.get("/documents/<uuid:document_id>.pdf")
@operation(answers={200: None, 202: DocumentAnswer}, tag="documents", permission=Permission.TRADE_DOCUMENT_READ)
def download(document_id: UUID) -> tuple[int, Any]:
    """Give a document as issued; 202 with Retry-After while it is being set."""
    document = acts.find(document_id)
    stored = acts.pdf(document)
    if stored is not None:
        return 200, stored
    waiting = jsonify(DocumentAnswer.of(acts.look(document_id)).model_dump(mode="json"))
    waiting.headers["Retry-After"] = str(acts.RETRY_AFTER)
    return 202, waiting


@api.post("/documents/<uuid:document_id>/signature")
@operation(
    answers={201: DocumentAnswer},
    tag="documents",
    permission=Permission.TRADE_DOCUMENT_SIGN,
    body=requests.Signature,
)
def sign(document_id: UUID, body: requests.Signature) -> tuple[int, DocumentAnswer]:
    """Sign a document by its hash for one's company, with a seal or a signed scan; again changes nothing."""
    acts.sign(document_id, body)
    return 201, DocumentAnswer.of(acts.look(document_id))


@api.get("/documents/<uuid:document_id>/signatures/<uuid:company_id>")
@operation(answers={200: None}, tag="documents", permission=Permission.TRADE_DOCUMENT_READ)
def signature(document_id: UUID, company_id: UUID) -> tuple[int, Any]:
    """Give the seal or scan that a party signed with."""
    return 200, acts.signature_file(document_id, company_id)
