"""One's own account: colleagues, password, second factor, data, the end."""

from typing import Any

import segno
from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_login import logout_user
from markupsafe import Markup

from marketplace.accounts import queries
from marketplace.accounts.queries import access as let_in
from marketplace.accounts.queries import terms as city_terms
from marketplace.accounts.rules.permissions import Permission, roles_in
from marketplace.accounts.services import terms as terms_services
from marketplace.edge.acts import accounts as acts
from marketplace.edge.identity import require_actor
from marketplace.edge.parsing import parse_form
from marketplace.edge.permissions import requires
from marketplace.edge.requests import accounts as requests
from marketplace.kernel import clock, languages
from marketplace.kernel.db import reading, unit_of_work
from marketplace.kernel.errors import Conflict, Refused, Unauthenticated
from marketplace.web.accounts import entry
from marketplace.web.accounts.blueprint import pages
from marketplace.web.shared import acts as forms
from marketplace.web.shared import choices, locale


@pages.get("/account")
@requires(Permission.ACCOUNT_SELF)
def overview() -> str:
    """Show company, colleagues and one's own keys."""
    return overview_with()


def overview_with(**shown: Any) -> str:
    """Show the account, with a form as it was sent and refused."""
    session, now = reading(), clock.now()
    actor = require_actor()
    company = members = invited = None
    if actor.company_id is not None:
        company = queries.get_company(session, company_id=actor.company_id)
        members = queries.members_of(session, company_id=actor.company_id)
        invited = queries.open_invitations(session, company_id=actor.company_id, now=now)
    return render_template(
        "accounts/overview.html",
        person=queries.get_person(session, person_id=actor.person),
        company=company,
        members=members,
        invited=invited,
        roles=sorted(roles_in(company.kind)) if company else [],
        waiting=city_terms.to_accept(session, person_id=actor.person, now=now),
        companies=[
            (row.company_id, row.company_name) for row in queries.memberships_of(session, person_id=actor.person)
        ],
        tokens=let_in.tokens(session, person_id=actor.person, now=now),
        languages=choices.languages(languages.PAGES),
        **{"values": {}, "errors": {}, "refusal": None, **shown},
    )


@pages.post("/account/invitations")
@requires(Permission.COMPANY_MEMBERS_INVITE, twin="POST /api/v1/companies/{id}/invitations")
def invite() -> Any:
    """Invite a colleague."""
    try:
        body = parse_form(requests.Invitation, request.form)
        done = forms.once(lambda session: _invited(session, body))
    except Refused as refusal:
        return forms.reshown(refusal, overview_with)
    flash(_("The invitation is on its way."), "good")
    return done


def _invited(session: Any, body: requests.Invitation) -> str:
    acts.invite(session, body, locale=locale.current())
    return url_for("accounts.overview")


@pages.get("/account/terms")
@requires(Permission.ACCOUNT_SELF)
def terms_due() -> str:
    """Show the versions that wait to be accepted."""
    return _terms_due()


def _terms_due(**shown: Any) -> str:
    waiting = city_terms.to_accept(reading(), person_id=require_actor().person, now=clock.now())
    return render_template(
        "accounts/terms.html",
        waiting=waiting,
        going_on=entry.wanted_page(),
        **{"values": {}, "errors": {}, "refusal": None, **shown},
    )


@pages.post("/account/terms")
@requires(Permission.ACCOUNT_SELF, twin="POST /api/v1/me/terms")
def accept_terms() -> Any:
    """Accept the versions in force."""
    try:
        body = parse_form(requests.TermsAcceptance, request.form)
        with unit_of_work() as session:
            terms_services.accept_terms(session, actor=require_actor(), accepted=body.accepted_terms, now=clock.now())
    except Refused as refusal:
        return forms.reshown(refusal, _terms_due)
    return redirect(entry.wanted_page() or url_for("accounts.overview"), 303)


@pages.post("/account/acting")
@requires(Permission.ACCOUNT_SELF, twin="POST /api/v1/tokens")
def switch_company() -> Any:
    """Act for another of one's companies from now on."""
    try:
        entry.switch_company(parse_form(requests.CompanyChoice, request.form).company_id)
    except Refused as refusal:
        return forms.reshown(refusal, overview_with)
    flash(_("You act for this company now."), "good")
    return redirect(url_for("accounts.overview"), 303)


@pages.post("/account/password")
@requires(Permission.ACCOUNT_SELF, twin="POST /api/v1/me/password")
def change_password() -> Any:
    """Change the password; other sessions end, this one goes on."""
    try:
        ended = acts.change_password(parse_form(requests.PasswordChange, request.form))
    except (Refused, Unauthenticated) as refusal:
        return forms.reshown(refusal, overview_with)
    entry.continue_session(ended.auth_epoch)
    flash(_("Your password is changed and every other session has ended."), "good")
    return redirect(url_for("accounts.overview"), 303)


@pages.post("/account/sessions/end")
@requires(Permission.ACCOUNT_SELF, twin="POST /api/v1/me/sessions/end")
def end_sessions() -> Any:
    """End every other session and every token."""
    entry.continue_session(acts.end_sessions().auth_epoch)
    flash(_("Every other session has ended."), "good")
    return redirect(url_for("accounts.overview"), 303)


@pages.post("/account/second-factor")
@requires(Permission.ACCOUNT_SELF, twin="POST /api/v1/me/second-factor")
def enrol() -> Any:
    """Begin setting up an authenticator app and show its secret once."""
    try:
        begun = acts.enrol()
    except Conflict as refusal:
        return forms.reshown(refusal, overview_with)
    # Drawn here and marked safe: segno writes the SVG, and the only text in it is our own address.
    picture = Markup(segno.make(begun.uri, micro=False).svg_inline(scale=5, omitsize=True))  # noqa: S704
    return render_template("accounts/enrol.html", enrolment=begun, picture=picture, values={}, errors={}, refusal=None)


@pages.post("/account/second-factor/confirmation")
@requires(Permission.ACCOUNT_SELF, twin="POST /api/v1/me/second-factor/confirmation")
def confirm_second_factor() -> Any:
    """Finish setting up, and show the recovery codes once."""
    try:
        codes = acts.confirm_second_factor(parse_form(requests.SecondFactor, request.form))
    except (Conflict, Refused, Unauthenticated) as refusal:
        return forms.reshown(refusal, lambda **shown: render_template("accounts/confirm.html", **shown))
    entry.continue_session()
    return render_template("accounts/recovery.html", codes=codes)


@pages.post("/account/second-factor/removal")
@requires(Permission.ACCOUNT_SELF, twin="POST /api/v1/me/second-factor/removal")
def remove_second_factor() -> Any:
    """Take the authenticator app away."""
    try:
        ended = acts.remove_second_factor(parse_form(requests.SecondFactor, request.form))
    except (Conflict, Refused, Unauthenticated) as refusal:
        return forms.reshown(refusal, overview_with)
    entry.continue_session(ended.auth_epoch)
    return redirect(url_for("accounts.overview"), 303)


@pages.get("/account/data")
@requires(Permission.ACCOUNT_SELF)
def export() -> Any:
    """Hand over everything that is kept about oneself."""
    data = acts.own_data()
    return data, 200, {"Content-Disposition": 'attachment; filename="my-data.json"'}


@pages.post("/account/erasure")
@requires(Permission.ACCOUNT_SELF, twin="POST /api/v1/me/erasure")
def erase() -> Any:
    """Erase oneself for ever."""
    try:
        acts.erase(parse_form(requests.Erasure, request.form))
    except (Refused, Unauthenticated) as refusal:
        return forms.reshown(refusal, overview_with)
    logout_user()
    flash(_("Your account and your data are deleted."), "good")
    return redirect(url_for("home.index"), 303)
