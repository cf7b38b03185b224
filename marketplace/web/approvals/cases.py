"""The desk of cases, and one case: what is bought, why it waits, who decides."""

from typing import Any
from uuid import UUID

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _

from marketplace.accounts.rules.permissions import Permission
from marketplace.approvals.rules.cases import Verdict
from marketplace.edge.acts import approvals as acts
from marketplace.edge.parsing import parse, parse_form
from marketplace.edge.permissions import requires
from marketplace.edge.requests import approvals as requests
from marketplace.kernel.db import in_unit_of_work
from marketplace.kernel.errors import Conflict, NotAllowed, Refused
from marketplace.web.approvals import words
from marketplace.web.approvals.blueprint import pages
from marketplace.web.shared import acts as forms
from marketplace.web.shared import goods, plans

_DECIDE = Permission.COMPANY_APPROVAL_DECIDE


@pages.get("/account/approvals")
@requires(_DECIDE, twin="GET /api/v1/approvals")
def desk() -> str:
    """Show the cases to decide, one's own, or all of the company."""
    query = parse(requests.Desk, request.args.to_dict())
    seen = acts.desk(query)
    following = seen.page.next
    return render_template(
        "approvals/desk.html",
        seen=seen,
        show=query.show,
        next=url_for("approvals.desk", show=query.show, cursor=following) if following else None,
        first=url_for("approvals.desk", show=query.show) if query.cursor else None,
    )


@pages.get("/account/approvals/<uuid:approval_id>")
@requires(_DECIDE, twin="GET /api/v1/approvals/{id}")
def one(approval_id: UUID) -> str:
    """Show a case, and decide it."""
    return _one(approval_id)


def _one(approval_id: UUID, **shown: Any) -> str:
    return render_template(
        "approvals/one.html",
        seen=acts.see(approval_id),
        goods=goods,
        words=words,
        plan_of=plans.of_terms,
        **{"values": {}, "errors": {}, "refusal": None, **shown},
    )


@pages.post("/account/approvals/<uuid:approval_id>/decision")
@requires(_DECIDE, twin="POST /api/v1/approvals/{id}/decision")
def decide(approval_id: UUID) -> Any:
    """Approve or reject what was looked at."""
    try:
        body = parse_form(requests.Decision, request.form)
        in_unit_of_work(lambda session: acts.decide(session, approval_id, body))
    except (Refused, Conflict, NotAllowed) as refusal:
        return forms.reshown(refusal, lambda **shown: _one(approval_id, **shown))
    flash(_("Approved.") if body.said is Verdict.APPROVE else _("Rejected: nothing is ordered."), "good")
    return redirect(url_for("approvals.one", approval_id=approval_id), 303)


@pages.post("/account/approvals/<uuid:approval_id>/withdrawal")
@requires(_DECIDE, twin="POST /api/v1/approvals/{id}/withdrawal")
def withdraw(approval_id: UUID) -> Any:
    """Take a request back."""
    try:
        acts.withdraw(approval_id)
    except Conflict as refusal:
        return forms.reshown(refusal, lambda **shown: _one(approval_id, **shown))
    flash(_("The request is withdrawn."), "good")
    return redirect(url_for("approvals.one", approval_id=approval_id), 303)
