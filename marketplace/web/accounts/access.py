"""Where one is logged in, and the tokens of one's programs."""

from typing import Any
from uuid import UUID

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_login import current_user

from marketplace.accounts.queries import access as let_in
from marketplace.accounts.rules.codes import TOKEN_LIFETIME
from marketplace.accounts.rules.permissions import Permission
from marketplace.edge.acts import people as acts
from marketplace.edge.identity import require_actor
from marketplace.edge.parsing import parse_form
from marketplace.edge.permissions import requires
from marketplace.edge.requests import people as requests
from marketplace.kernel import clock
from marketplace.kernel.db import reading
from marketplace.kernel.errors import Refused
from marketplace.web.accounts import words
from marketplace.web.accounts.blueprint import pages
from marketplace.web.shared import acts as forms

_SELF = Permission.ACCOUNT_SELF


@pages.get("/account/access")
@requires(_SELF, twin="GET /api/v1/me/sessions")
def access() -> str:
    """Show where one is logged in and which programs act for one."""
    return _access()


def _access(**shown: Any) -> str:
    session, actor, now = reading(), require_actor(), clock.now()
    user: Any = current_user
    return render_template(
        "accounts/access.html",
        sessions=let_in.sessions(session, person_id=actor.person, now=now),
        here=user.session_id,
        tokens=let_in.tokens(session, person_id=actor.person, now=now),
        scopes=sorted(actor.permissions),
        scope_words=words.SCOPES,
        chosen=request.form.getlist("scopes") if request.method == "POST" else [],
        **{"values": {"days": TOKEN_LIFETIME.days}, "errors": {}, "refusal": None, "issued": None, **shown},
    )


@pages.post("/account/access/tokens")
@requires(_SELF, twin="POST /api/v1/me/tokens")
def issue_token() -> Any:
    """Make a token and show it once."""
    try:
        issued = acts.issue_token(parse_form(requests.Token, request.form))
    except Refused as refusal:
        return forms.reshown(refusal, _access)
    return _access(issued=issued)


@pages.post("/account/sessions/<uuid:session_id>/end")
@requires(_SELF, twin="DELETE /api/v1/me/sessions/{id}")
def end_session(session_id: UUID) -> Any:
    """End one session."""
    acts.end_session(session_id)
    user: Any = current_user
    if session_id == user.session_id:
        return redirect(url_for("home.index"), 303)
    flash(_("The session has ended."), "good")
    return redirect(url_for("accounts.access"), 303)
