"""The inbox that the members of a company share."""

from typing import Any
from uuid import UUID

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _

from marketplace.accounts import queries
from marketplace.accounts.rules.permissions import Permission
from marketplace.edge.acts import inbox as acts
from marketplace.edge.identity import require_actor
from marketplace.edge.parsing import parse, parse_form
from marketplace.edge.permissions import requires
from marketplace.edge.requests import inbox as requests
from marketplace.kernel.db import reading
from marketplace.kernel.errors import Conflict, Refused
from marketplace.notices.rules import MatterState
from marketplace.web.accounts.blueprint import pages
from marketplace.web.shared import acts as forms
from marketplace.web.shared import locale

# Every role has this right; whose matter it is, the matter's own news says.
_MEMBER = Permission.FILES_FILE_READ
_SHOWN = ("state", "mine", "cursor")


@pages.get("/account/inbox")
@requires(_MEMBER, twin="GET /api/v1/inbox")
def inbox() -> str:
    """Show what came for the company, and who sees to it."""
    return _inbox()


def _inbox(**shown: Any) -> str:
    search = parse(requests.InboxSearch, {name: request.args[name] for name in _SHOWN if name in request.args})
    page = acts.many(search, locale=locale.current())
    kept: dict[str, Any] = {"state": search.state.value if search.state else None, "mine": "1" if search.mine else None}
    members = queries.members_of(reading(), company_id=require_actor().company)
    return render_template(
        "accounts/inbox.html",
        rows=page.items,
        next=url_for("accounts.inbox", **kept, cursor=page.next) if page.next else None,
        first=url_for("accounts.inbox", **kept) if search.cursor else None,
        states=list(MatterState),
        search=search,
        me=require_actor().person,
        members=[(row.person_id, row.display_name) for row in members],
        unread=acts.unread(),
        newest=page.items[0].row.id if page.items and not search.cursor else None,
        **{"values": {}, "errors": {}, "refusal": None, **shown},
    )


@pages.post("/account/inbox/<uuid:matter_id>/taking")
@requires(_MEMBER, twin="POST /api/v1/inbox/{id}/taking")
def take_matter(matter_id: UUID) -> Any:
    """Take a matter in hand."""
    return _act(matter_id, "take")


@pages.post("/account/inbox/<uuid:matter_id>/release")
@requires(_MEMBER, twin="POST /api/v1/inbox/{id}/release")
def release_matter(matter_id: UUID) -> Any:
    """Put a matter back for anybody."""
    return _act(matter_id, "release")


@pages.post("/account/inbox/<uuid:matter_id>/completion")
@requires(_MEMBER, twin="POST /api/v1/inbox/{id}/completion")
def finish_matter(matter_id: UUID) -> Any:
    """Mark a matter done."""
    return _act(matter_id, "finish")


@pages.post("/account/inbox/<uuid:matter_id>/reopening")
@requires(_MEMBER, twin="POST /api/v1/inbox/{id}/reopening")
def reopen_matter(matter_id: UUID) -> Any:
    """Open a matter again."""
    return _act(matter_id, "reopen")


def _act(matter_id: UUID, action: str) -> Any:
    try:
        acts.act(matter_id, action)
    except Conflict as refusal:
        return forms.reshown(refusal, _inbox)
    return redirect(url_for("accounts.inbox"), 303)


@pages.post("/account/inbox/<uuid:matter_id>/giving")
@requires(_MEMBER, twin="POST /api/v1/inbox/{id}/giving")
def give_matter(matter_id: UUID) -> Any:
    """Give a matter to a colleague."""
    try:
        acts.give(matter_id, parse_form(requests.Given, request.form))
    except (Conflict, Refused) as refusal:
        return forms.reshown(refusal, _inbox)
    flash(_("It is in your colleague's hand."), "good")
    return redirect(url_for("accounts.inbox"), 303)


@pages.post("/account/inbox/look")
@requires(_MEMBER, twin="POST /api/v1/inbox/look")
def look_inbox() -> Any:
    """Note that all up to now was looked at."""
    try:
        acts.look(parse_form(requests.Looked, request.form))
    except Refused as refusal:
        return forms.reshown(refusal, _inbox)
    return redirect(url_for("accounts.inbox"), 303)
