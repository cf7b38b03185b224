"""A leaver's hand-over: the list, and the word of both sides."""

from typing import Any, Final
from uuid import UUID

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext

from marketplace.accounts import queries
from marketplace.accounts.queries import handovers as handover_queries
from marketplace.accounts.rules.handovers import Kind, Side
from marketplace.accounts.rules.permissions import Permission
from marketplace.edge.acts import handovers as acts
from marketplace.edge.identity import require_actor
from marketplace.edge.parsing import parse_form
from marketplace.edge.permissions import requires
from marketplace.edge.requests import handovers as requests
from marketplace.kernel.db import reading
from marketplace.kernel.errors import Conflict, NotAllowed, Refused
from marketplace.web.accounts import entry
from marketplace.web.accounts.blueprint import pages
from marketplace.web.shared import acts as forms

_SELF = Permission.ACCOUNT_SELF
KINDS: Final[dict[Kind, Any]] = {
    Kind.CART: lazy_gettext("Goods in the cart"),
    Kind.CHECKOUT: lazy_gettext("Checkout begun"),
    Kind.PURCHASE: lazy_gettext("Order placed"),
    Kind.SALE: lazy_gettext("Order confirmed"),
    Kind.READY_DATE: lazy_gettext("Ready day promised"),
    Kind.CLAIM: lazy_gettext("Claim"),
    Kind.QUESTION: lazy_gettext("Question that waits for an answer"),
    Kind.PRICE_REQUEST: lazy_gettext("Price asked for"),
    Kind.LEAD: lazy_gettext("Visitor of a booth"),
    Kind.SAVED_LIST: lazy_gettext("Saved list"),
    Kind.IMPORT: lazy_gettext("Import under way"),
    Kind.APPROVAL: lazy_gettext("Approval asked for, or to be given"),
    Kind.MATTER: lazy_gettext("Matter of the inbox"),
    Kind.INVITATION: lazy_gettext("Invitation sent"),
    Kind.TOKEN: lazy_gettext("API token: it ends"),
}
SIDES: Final[dict[Side, Any]] = {
    Side.LEAVER: lazy_gettext("Leaver"),
    Side.SUCCESSOR: lazy_gettext("Successor"),
}


@pages.get("/account/handovers")
@requires(_SELF, twin="GET /api/v1/companies/{id}/handovers")
def handovers() -> str:
    """Show hand-overs of the company, and begin one."""
    return _handovers()


def _handovers(**shown: Any) -> str:
    session, actor = reading(), require_actor()
    members = [(row.person_id, row.display_name) for row in queries.members_of(session, company_id=actor.company)]
    leads = actor.may(Permission.COMPANY_MEMBERS_EDIT)
    gone = handover_queries.former_members(session, company_id=actor.company) if leads else ()
    leavers = [
        *(row for row in members if leads or row[0] == actor.person),
        *((person_id, _("%(name)s (left)", name=name or _("Erased person"))) for person_id, name in gone),
    ]
    return render_template(
        "accounts/handovers.html",
        rows=handover_queries.handovers_of(session, actor=actor),
        leavers=leavers,
        members=members,
        **{"values": {"leaver_id": request.args.get("leaver", "")}, "errors": {}, "refusal": None, **shown},
    )


@pages.post("/account/handovers")
@requires(_SELF, twin="POST /api/v1/companies/{id}/handovers")
def begin_handover() -> Any:
    """Begin a hand-over."""
    try:
        body = parse_form(requests.Handover, request.form)
        return forms.once(lambda session: _begun(session, body))
    except (Refused, Conflict) as refusal:
        return forms.reshown(refusal, _handovers)


def _begun(session: Any, body: requests.Handover) -> str:
    return url_for("accounts.handover", handover_id=acts.begin(session, body))


@pages.get("/account/handovers/<uuid:handover_id>")
@requires(_SELF, twin="GET /api/v1/companies/{id}/handovers/{handover_id}")
def handover(handover_id: UUID) -> str:
    """Show what the leaver has in hand and who has confirmed it."""
    return _handover(handover_id)


def _handover(handover_id: UUID, **shown: Any) -> str:
    return render_template(
        "accounts/handover.html",
        seen=acts.see(handover_id),
        kinds=KINDS,
        sides=SIDES,
        pages_of={
            Kind.PURCHASE: "orders.one",
            Kind.SALE: "orders.one",
            Kind.CLAIM: "claims.one",
            Kind.APPROVAL: "approvals.one",
        },
        **{"values": {}, "errors": {}, "refusal": None, **shown},
    )


@pages.post("/account/handovers/<uuid:handover_id>/confirmation")
@requires(_SELF, twin="POST /api/v1/companies/{id}/handovers/{handover_id}/confirmation")
def confirm_handover(handover_id: UUID) -> Any:
    """Confirm the list as it was shown."""
    try:
        is_done = acts.confirm(handover_id, parse_form(requests.Confirmation, request.form))
    except (Refused, Conflict, NotAllowed) as refusal:
        return forms.reshown(refusal, lambda **shown: _handover(handover_id, **shown))
    if not is_done:
        flash(_("Confirmed. It is done when the other side confirms the same list."), "good")
        return redirect(url_for("accounts.handover", handover_id=handover_id), 303)
    flash(_("Everything on the list is handed over."), "good")
    return _after(handover_id)


def _after(handover_id: UUID) -> Any:
    """Go on: the leaver, whose membership has just ended, with another company or none."""
    actor = require_actor()
    here = handover_queries.is_member(reading(), company_id=actor.company, person_id=actor.person)
    if here:
        return redirect(url_for("accounts.handover", handover_id=handover_id), 303)
    entry.continue_session()
    return redirect(url_for("accounts.overview"), 303)


@pages.post("/account/handovers/<uuid:handover_id>/withdrawal")
@requires(_SELF, twin="POST /api/v1/companies/{id}/handovers/{handover_id}/withdrawal")
def withdraw_handover(handover_id: UUID) -> Any:
    """End a hand-over without effect."""
    try:
        acts.withdraw(handover_id)
    except Conflict as refusal:
        return forms.reshown(refusal, lambda **shown: _handover(handover_id, **shown))
    flash(_("Withdrawn: nothing was handed over."), "good")
    return redirect(url_for("accounts.handovers"), 303)
