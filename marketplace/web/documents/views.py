"""A company's documents: the list, one with its signatures, its stored bytes or a page that waits for them."""

from typing import Any
from uuid import UUID

from flask import Blueprint, flash, make_response, render_template, request, url_for
from flask_babel import gettext as _

from marketplace.accounts.rules.permissions import Permission
from marketplace.edge.acts import documents as acts
from marketplace.edge.identity import require_actor
from marketplace.edge.parsing import parse, parse_form
from marketplace.edge.permissions import requires
from marketplace.edge.requests import documents as requests
from marketplace.kernel.errors import Conflict, Refused, TooLarge
from marketplace.web.shared import acts as forms

pages = Blueprint("documents", __name__)


@pages.get("/documents")
@requires(Permission.TRADE_DOCUMENT_READ, twin="GET /api/v1/documents")
def many() -> str:
    """List the documents of the reader's company, newest first."""
    search = parse(requests.DocumentsQuery, request.args.to_dict())
    return render_template(
        "papers/many.html", page=acts.many(search), kind=search.kind, kinds=requests.KINDS, cursor=search.cursor
    )


@pages.get("/documents/<uuid:document_id>")
@requires(Permission.TRADE_DOCUMENT_READ, twin="GET /api/v1/documents/{id}")
def one(document_id: UUID) -> str:
    """Show what a document is, its hash, and who has signed."""
    return _one(document_id)


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


@pages.post("/documents/<uuid:document_id>/signature")
@requires(Permission.TRADE_DOCUMENT_SIGN, twin="POST /api/v1/documents/{id}/signature")
def sign(document_id: UUID) -> Any:
    """Sign a document with a seal or a signed scan."""

    def work(key: str) -> str:  # noqa: ARG001  kept by the caller
        acts.sign_by_form(document_id, body)
        return url_for("documents.one", document_id=document_id)

    try:
        body = parse_form(requests.SignatureForm, request.form)
        done = forms.once(work, flow=True)
    except (Refused, Conflict, TooLarge) as refusal:
        return forms.reshown(refusal, lambda **shown: _one(document_id, **shown))
    flash(_("Your company has signed. The other parties see it."), "good")
    return done


@pages.get("/documents/<uuid:document_id>/signatures/<uuid:company_id>")
@requires(Permission.TRADE_DOCUMENT_READ, twin="GET /api/v1/documents/{id}/signatures/{company_id}")
def signature(document_id: UUID, company_id: UUID) -> Any:
    """Give the seal or scan that a party signed with."""
    return acts.signature_file(document_id, company_id)


def _one(document_id: UUID, **shown: Any) -> str:
    return render_template(
        "papers/one.html",
        seen=acts.look(document_id),
        company_id=require_actor().company,
        **{"values": {}, "errors": {}, "refusal": None, **shown},
    )
