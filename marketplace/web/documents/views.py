"""A document's stored bytes, or a page that waits for them."""

from typing import Any
from uuid import UUID

from flask import Blueprint, make_response, render_template

from marketplace.accounts.rules.permissions import Permission
from marketplace.edge.acts import documents as acts
from marketplace.edge.permissions import requires

pages = Blueprint("documents", __name__)


@pages.get("/documents/<uuid:document_id>.pdf")
@requires(Permission.TRADE_DOCUMENT_READ, twin="GET /api/v1/documents/{id}.pdf")
def download(document_id: UUID) -> Any:
    """Give a document as issued, or say that it is being set and ask again by itself."""
    document = acts.find(document_id)
    stored = acts.pdf(document)
    if stored is not None:
        return stored
    page = make_response(render_template("papers/waiting.html", document=document), 202)
    page.headers["Retry-After"] = page.headers["Refresh"] = str(acts.RETRY_AFTER)
    return page
