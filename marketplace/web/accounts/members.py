"""Members of one's company and their roles, leaving it, one's own name and one's own tokens."""

from typing import Any
from uuid import UUID

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _

from marketplace.accounts import queries
from marketplace.accounts.rules.permissions import Permission, roles_in
from marketplace.edge.acts import people as acts
from marketplace.edge.identity import require_actor
from marketplace.edge.parsing import parse_form
from marketplace.edge.permissions import requires
from marketplace.edge.requests import people as requests
from marketplace.kernel.db import reading
from marketplace.kernel.errors import Conflict, NotAllowed, Refused
from marketplace.web.accounts import entry, views
from marketplace.web.accounts.blueprint import pages
from marketplace.web.shared import acts as forms


@pages.get("/account/members")
@requires(Permission.COMPANY_MEMBERS_EDIT)
def members() -> str:
    """Show who belongs to the company, with what may be changed."""
    return _members()


def _members(**shown: Any) -> str:
    session, actor = reading(), require_actor()
    company = queries.get_company(session, company_id=actor.company)
    return render_template(
        "accounts/members.html",
        company=company,
        members=queries.members_of(session, company_id=company.id),
        roles=sorted(roles_in(company.kind)),
        me=actor.person_id,
        **{"changing": None, "values": {}, "errors": {}, "refusal": None, **shown},
    )


@pages.post("/account/members/<uuid:person_id>/roles")
@requires(Permission.COMPANY_MEMBERS_EDIT, twin="PUT /api/v1/companies/{id}/members/{person_id}")
def change_roles(person_id: UUID) -> Any:
    """Give a member other roles."""
    try:
        acts.change_roles(person_id, parse_form(requests.MemberRoles, request.form))
    except (Conflict, NotAllowed, Refused) as refusal:
        return forms.reshown(refusal, lambda **shown: _members(changing=person_id, **shown))
    flash(_("The roles are changed."), "good")
    is_mine = person_id == require_actor().person_id
    return redirect(url_for("accounts.overview" if is_mine else "accounts.members"), 303)


@pages.post("/account/members/<uuid:person_id>/removal")
@requires(Permission.ACCOUNT_SELF, twin="DELETE /api/v1/companies/{id}/members/{person_id}")
def end_membership(person_id: UUID) -> Any:
    """Remove a member, or leave."""
    is_mine = person_id == require_actor().person_id
    try:
        acts.end_membership(person_id)
    except Conflict as refusal:
        return forms.reshown(refusal, views.overview_with if is_mine else _members)
    if is_mine:
        entry.continue_session()
        flash(_("You have left the company."), "good")
        return redirect(url_for("accounts.overview"), 303)
    flash(_("The member is removed. What they had open for the company has ended."), "good")
    return redirect(url_for("accounts.members"), 303)


@pages.post("/account/profile")
@requires(Permission.ACCOUNT_SELF, twin="PATCH /api/v1/me")
def change_profile() -> Any:
    """Change one's own name and language."""
    try:
        acts.change_profile(parse_form(requests.Profile, request.form))
    except Refused as refusal:
        return forms.reshown(refusal, views.overview_with)
    flash(_("Your name and language are changed."), "good")
    return redirect(url_for("accounts.overview"), 303)


@pages.post("/account/tokens/<uuid:token_id>/revocation")
@requires(Permission.ACCOUNT_SELF, twin="DELETE /api/v1/me/tokens/{id}")
def revoke_token(token_id: UUID) -> Any:
    """End one of one's own tokens."""
    acts.revoke_token(token_id)
    flash(_("The token has ended."), "good")
    return redirect(url_for("accounts.overview"), 303)
