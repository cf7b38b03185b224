"""Statements of account: which there are, their figures down to the ledger, and their papers."""

from typing import Any
from uuid import UUID

from flask import Blueprint, flash, render_template, request, url_for
from flask_babel import gettext as _

from marketplace.accounts.rules.permissions import Permission
from marketplace.edge.acts import statements as acts
from marketplace.edge.parsing import parse, parse_form
from marketplace.edge.permissions import requires
from marketplace.edge.requests import statements as requests
from marketplace.kernel.errors import NotFound, Refused
from marketplace.web.shared import acts as forms
from marketplace.web.shared import choices

pages = Blueprint("statements", __name__)


@pages.get("/account/statements")
@requires(Permission.TRADE_STATEMENT_READ, twin="GET /api/v1/account-statements")
def many() -> str:
    """List the accounts of the reader's company and the statements that were issued."""
    accounts, issued = acts.possible(), acts.issued()
    names = acts.names((*accounts, *(row.parties for row in issued)))
    return render_template("statements/many.html", accounts=accounts, issued=issued, names=names)


@pages.get("/account/statements/<uuid:issuer_id>/<uuid:recipient_id>")
@requires(Permission.TRADE_STATEMENT_READ, twin="GET /api/v1/account-statements/{issuer_id}/{recipient_id}")
def figures(issuer_id: UUID, recipient_id: UUID) -> str:
    """Show the figures of an account, down to the ledger; that of goods in one's own currency unless told."""
    usual = {"kind": "account_statement", "currency": choices.home_currency(choices.home_country())}
    found = acts.figures(issuer_id, recipient_id, parse(requests.Statement, usual | request.args.to_dict()))
    names = acts.names((found.parties,))
    return render_template("statements/figures.html", found=found, names=names, is_interim=not acts.is_over(found))


@pages.post("/account/statements/<uuid:issuer_id>/<uuid:recipient_id>/papers")
@requires(Permission.TRADE_STATEMENT_READ, twin="POST /api/v1/account-statements/{issuer_id}/{recipient_id}/papers")
def issue(issuer_id: UUID, recipient_id: UUID) -> Any:
    """Issue a statement as a paper."""

    def work(session: Any) -> str:
        document_id = acts.issue(session, issuer_id, recipient_id, parse_form(requests.Statement, request.form))
        return url_for("documents.one", document_id=document_id)

    try:
        done = forms.once(work)
    except (Refused, NotFound) as refusal:
        return forms.reshown(refusal, lambda **_shown: many())
    flash(_("Issued. The other company sees it, too."), "good")
    return done
