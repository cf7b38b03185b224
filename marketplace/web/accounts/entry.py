"""Register, log in, log out, get back in."""

from typing import Any, cast
from urllib.parse import urlsplit
from uuid import UUID

from flask import flash, redirect, render_template, request, session, url_for
from flask_babel import gettext as _
from flask_login import current_user, logout_user
from werkzeug.wrappers import Response

from marketplace.accounts import queries
from marketplace.accounts.queries import acting
from marketplace.accounts.queries import terms as city_terms
from marketplace.accounts.rules.permissions import Permission
from marketplace.accounts.rules.sign_in import SignIn, clean_agent
from marketplace.accounts.services import sessions
from marketplace.edge import door
from marketplace.edge.acts import accounts as acts
from marketplace.edge.acts import people as people_acts
from marketplace.edge.identity import SessionUser, begin_session, require_actor
from marketplace.edge.parsing import parse_form
from marketplace.edge.permissions import public, requires
from marketplace.edge.requests import accounts as requests
from marketplace.kernel import clock
from marketplace.kernel.db import in_unit_of_work, reading
from marketplace.kernel.errors import Refused, Unauthenticated
from marketplace.merchants import queries as merchants
from marketplace.web.accounts.blueprint import pages
from marketplace.web.shared import choices, locale
from marketplace.web.shared.acts import reshown

_NEWCOMER = "a newcomer has no account yet"
_PENDING = "second_factor_for"
_PATIENCE = 300  # seconds between the two factors


@pages.get("/register")
@public(_NEWCOMER)
def register() -> str:
    """Show the registration form."""
    return _registration()


@pages.post("/register")
@public(_NEWCOMER, twin="POST /api/v1/companies")
def register_company() -> Any:
    """Register a company and log its owner in."""
    try:
        body = parse_form(requests.Registration, request.form)
        joined = acts.register(body, locale=locale.current())
    except Refused as refusal:
        return reshown(refusal, _registration)
    proven = door.by_password(body.login, body.password)
    _begin(proven.person_id, proven.auth_epoch, joined.company_id, _listed(proven.person_id))
    flash(_("Welcome. Your company is registered."), "good")
    return redirect(url_for("accounts.overview"), 303)


def _registration(**shown: Any) -> str:
    terms = city_terms.current(reading(), now=clock.now())
    return render_template("accounts/register.html", terms=terms, countries=choices.countries(), **_typed(shown))


@pages.get("/login")
@public("this is the login")
def login() -> str:
    """Show the login form."""
    return render_template("accounts/login.html", **_typed({}))


@pages.post("/login")
@public("this is the login", twin="POST /api/v1/tokens")
def log_in() -> Any:
    """Begin a session, or ask for the second factor."""
    try:
        found = acts.prove(parse_form(requests.SignIn, request.form))
    except (Refused, Unauthenticated) as refusal:
        return reshown(refusal, _login)
    if found.needs_second_factor:
        session[_PENDING] = [str(found.person_id), found.auth_epoch, clock.now().timestamp()]
        return redirect(url_for("accounts.second_factor", next=wanted_page()), 303)
    return _enter(found)


def _login(**shown: Any) -> str:
    return render_template("accounts/login.html", **_typed(shown))


@pages.get("/login/second-factor")
@public("the first factor was right")
def second_factor() -> Any:
    """Ask for a code of the authenticator app."""
    if _pending() is None:
        return redirect(url_for("accounts.login"), 303)
    return _second_factor()


@pages.post("/login/second-factor")
@public("the first factor was right", twin="POST /api/v1/tokens")
def check_second_factor() -> Any:
    """Begin the session when the code is right."""
    person_id = _pending()
    if person_id is None:
        return redirect(url_for("accounts.login"), 303)
    try:
        found = door.by_second_factor(person_id, parse_form(requests.SecondFactor, request.form).code)
    except (Refused, Unauthenticated) as refusal:
        return reshown(refusal, _second_factor)
    return _enter(found)


def _second_factor(**shown: Any) -> str:
    return render_template("accounts/second_factor.html", **_typed(shown))


@pages.post("/login/code")
@public("this is the login", twin="POST /api/v1/codes")
def send_code() -> Any:
    """Send a one-time code and show where to type it."""
    try:
        body = parse_form(requests.CodeRequest, request.form)
        acts.request_code(body)
    except Refused as refusal:
        return reshown(refusal, _login)
    template = "accounts/reset.html" if body.purpose == "reset_password" else "accounts/code.html"
    return render_template(template, **_typed({"values": {"login": body.login}}))


@pages.get("/login/reset")
@public("this is the login")
def reset() -> str:
    """Show where to type the code and the new password."""
    return _reset()


@pages.post("/login/reset")
@public("this is the login", twin="POST /api/v1/password-resets")
def reset_password() -> Any:
    """Set a new password with the code that was sent."""
    try:
        acts.reset_password(parse_form(requests.PasswordReset, request.form))
    except (Refused, Unauthenticated) as refusal:
        return reshown(refusal, _reset)
    flash(_("Your password is changed. Log in with it."), "good")
    return redirect(url_for("accounts.login"), 303)


def _reset(**shown: Any) -> str:
    return render_template("accounts/reset.html", **_typed(shown))


@pages.post("/logout")
@requires(Permission.ACCOUNT_SELF, twin="DELETE /api/v1/tokens/current")
def log_out() -> Response:
    """End this browser's session."""
    user: Any = current_user
    if user.is_authenticated and user.session_id is not None:
        people_acts.end_session(user.session_id)
    logout_user()
    session.clear()
    return redirect(url_for("home.index"), 303)


@pages.get("/invitations/<token>")
@public(_NEWCOMER)
def invitation(token: str) -> Any:
    """Show who invites, and ask for name and password whoever has no account yet."""
    is_open = queries.find_invitation(reading(), token=token, now=clock.now()) is not None
    return _invitation(token), 200 if is_open else 404


@pages.post("/invitations/<token>")
@public(_NEWCOMER, twin="POST /api/v1/invitations/{token}/acceptance")
def accept_invitation(token: str) -> Any:
    """Join the inviting company."""
    try:
        body = parse_form(requests.InvitationAcceptance, request.form)
        acts.accept_invitation(token, body, locale=locale.current())
    except Refused as refusal:
        return reshown(refusal, lambda **shown: _invitation(token, **shown))
    flash(_("You have joined. Log in to begin."), "good")
    return redirect(url_for("accounts.login"), 303)


def _invitation(token: str, **shown: Any) -> str:
    now = clock.now()
    found = queries.find_invitation(reading(), token=token, now=now)
    terms = city_terms.current(reading(), now=now)
    # Who has the key reads the invited mailbox: whether it has an account is no news there.
    login = (found.email or found.phone or "") if found else ""
    is_known = bool(login) and queries.find_person(reading(), login=login) is not None
    return render_template(
        "accounts/invitation.html", invitation=found, terms=terms, is_known=is_known, **_typed(shown)
    )


def continue_session(epoch: int | None = None) -> None:
    """Let this browser's session go on: after every other one was ended, or for the company now open to its person."""
    actor, user = require_actor(), cast("SessionUser", current_user)
    found = door.company_for(reading(), person_id=actor.person, wanted=actor.company_id)
    if epoch is None:
        _begin(actor.person, user.epoch, found, user.session_id)
    else:
        # With the epoch every session ended, this one too: it begins again.
        _begin(actor.person, epoch, found, _listed(actor.person))


def switch_company(company_id: UUID) -> None:
    """Let this browser's session go on for another of its person's companies."""
    person_id, user = require_actor().person, cast("SessionUser", current_user)
    found = door.chosen_company(reading(), person_id=person_id, company_id=company_id)
    _begin(person_id, user.epoch, found, user.session_id)


def _enter(found: SignIn) -> Response:
    """Begin the session and go where the reader wanted to go."""
    company_id = door.company_for(reading(), person_id=found.person_id)
    _begin(found.person_id, found.auth_epoch, company_id, _listed(found.person_id))
    if found.must_enrol:
        flash(_("The operator's staff need a second factor. Please set it up now."), "warn")
        return redirect(url_for("accounts.overview"), 303)
    going_on = wanted_page() or _first_page()
    if city_terms.owes(reading(), person_id=found.person_id, now=clock.now()):
        return redirect(url_for("accounts.terms_due", next=going_on), 303)
    return redirect(going_on, 303)


def _first_page() -> str:
    """Return where the work of somebody who has just come in lies."""
    actor = require_actor()
    if actor.company_id is None:
        return url_for("accounts.overview")
    if actor.may(Permission.OPERATOR_DESK_READ):
        return url_for("operator.desk")
    if actor.may(Permission.PARTNER_CONSIGNMENT_READ):
        return url_for("operations.partner")
    if actor.may(Permission.CATALOG_LISTING_EDIT) and merchants.has_applied(reading(), company_id=actor.company):
        return url_for("merchants.desk")
    return url_for("orders.many" if actor.may(Permission.TRADE_ORDER_READ) else "accounts.overview")


def _listed(person_id: UUID) -> UUID:
    """Note the session that begins, and return its id."""
    return in_unit_of_work(
        lambda unit: sessions.begin(
            unit,
            person_id=person_id,
            agent=clean_agent(request.headers.get("User-Agent", "")),
            address=door.address(),
            now=clock.now(),
        )
    )


def _begin(person_id: UUID, epoch: int, company_id: UUID | None, session_id: UUID | None) -> None:
    session.clear()
    actor = acting.session_actor(reading(), person_id=person_id, company_id=company_id, epoch=epoch)
    if actor is None:
        raise Unauthenticated("wrong_login")
    begin_session(actor, epoch, session_id)


def _pending() -> UUID | None:
    """Return who gave the right first factor in the last five minutes, and has ended no sessions since."""
    person, epoch, at = session.get(_PENDING, [None, 0, 0])
    if person is None or clock.now().timestamp() - at >= _PATIENCE:
        return None
    person_id = UUID(person)
    return person_id if queries.get_person(reading(), person_id=person_id).auth_epoch == epoch else None


def wanted_page() -> str:
    """Return the page of this site that the reader came from; what is not a plain path of it is dropped."""
    wanted = request.args.get("next", "")
    if not wanted.isprintable():  # a line break has no place in a header
        return ""
    parts = urlsplit(wanted)
    is_ours = not parts.scheme and not parts.netloc and wanted.startswith("/") and "\\" not in wanted
    return wanted if is_ours and not wanted.startswith("//") else ""


def _typed(shown: dict[str, Any]) -> dict[str, Any]:
    return {"values": {}, "errors": {}, "refusal": None, **shown}
