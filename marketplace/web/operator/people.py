"""People, partners and the audit trail, for the city's admins."""

from typing import Any, Final
from uuid import UUID

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext
from sqlalchemy.orm import Session

from marketplace.accounts import queries as accounts
from marketplace.accounts.queries import directory
from marketplace.accounts.rules.permissions import PARTNERS, CompanyKind, Permission
from marketplace.audit import queries as audit
from marketplace.edge.acts import people as acts
from marketplace.edge.identity import require_actor
from marketplace.edge.parsing import parse, parse_form
from marketplace.edge.permissions import requires
from marketplace.edge.requests import people as requests
from marketplace.kernel.db import reading
from marketplace.kernel.errors import Conflict, NotAllowed, Refused
from marketplace.web.operator.blueprint import pages
from marketplace.web.shared import acts as forms
from marketplace.web.shared import choices, locale

_ADMIT = Permission.OPERATOR_COMPANY_ADMIT
_MANAGE = Permission.OPERATOR_PERSON_MANAGE
KINDS: Final[dict[CompanyKind, Any]] = {
    CompanyKind.CARRIER: lazy_gettext("Carrier"),
    CompanyKind.BROKER: lazy_gettext("Customs broker"),
    CompanyKind.DC: lazy_gettext("Distribution centre"),
    CompanyKind.INSPECTOR: lazy_gettext("Inspector"),
    CompanyKind.INSURER: lazy_gettext("Insurer"),
    CompanyKind.BANK: lazy_gettext("Bank"),
    CompanyKind.AGENT: lazy_gettext("Agent"),
}


@pages.get("/people")
@requires(_MANAGE)
def people() -> Any:
    """Show people, newest first, or those whom the words find."""
    try:
        asked = parse(requests.PersonSearch, request.args.to_dict())
        return _people(asked)
    except Refused as refusal:
        return forms.reshown(refusal, lambda **shown: _people(requests.PersonSearch(), **shown))


def _people(asked: requests.PersonSearch, **shown: Any) -> str:
    page = directory.people(reading(), words=asked.q or "", cursor=asked.cursor)
    return render_template(
        "operator/people.html",
        people=page.items,
        me=require_actor().person_id,
        next=url_for("operator.people", q=asked.q, cursor=page.next) if page.next else None,
        first=url_for("operator.people", q=asked.q) if asked.cursor else None,
        **{"errors": {}, "refusal": None, **shown, "values": {"q": asked.q}},
    )


@pages.post("/people/<uuid:person_id>/disablement")
@requires(_MANAGE, twin="POST /api/v1/people/{id}/disablement")
def disable(person_id: UUID) -> Any:
    """Shut a person out at once."""
    try:
        acts.disable(person_id)
    except NotAllowed as refusal:
        return forms.reshown(refusal, lambda **shown: _people(requests.PersonSearch(), **shown))
    flash(_("This person is shut out; every session and token of theirs has ended."), "good")
    return redirect(url_for("operator.people"), 303)


@pages.post("/people/<uuid:person_id>/enablement")
@requires(_MANAGE, twin="POST /api/v1/people/{id}/enablement")
def enable(person_id: UUID) -> Any:
    """Let a person in again."""
    acts.enable(person_id)
    flash(_("This person can log in again."), "good")
    return redirect(url_for("operator.people"), 303)


@pages.get("/partners")
@requires(_ADMIT)
def partners() -> str:
    """Show the partner companies and the form that admits one."""
    return _partners()


def _partners(**shown: Any) -> str:
    asked = parse(requests.More, {name: request.args[name] for name in ("cursor",) if name in request.args})
    page = acts.partners(cursor=asked.cursor)
    return render_template(
        "operator/partners.html",
        partners=page.items,
        kinds=[(kind, KINDS[kind]) for kind in sorted(PARTNERS)],
        kind_names=KINDS,
        countries=choices.countries(),
        next=url_for("operator.partners", cursor=page.next) if page.next else None,
        first=url_for("operator.partners") if asked.cursor else None,
        **{"inviting": None, "values": {}, "errors": {}, "refusal": None, **shown},
    )


@pages.post("/partners")
@requires(_ADMIT, twin="POST /api/v1/partners")
def admit() -> Any:
    """Admit a partner company and invite its owner."""
    try:
        body = parse_form(requests.Partner, request.form)
        done = forms.once(lambda session: _admitted(session, body))
    except Refused as refusal:
        return forms.reshown(refusal, _partners)
    flash(_("The invitation is on its way. The company is given work once it showed what it is asked for."), "good")
    return done


def _admitted(session: Session, body: requests.Partner) -> str:
    acts.admit_partner(session, body, locale=locale.current())
    return url_for("operator.partners")


@pages.post("/partners/<uuid:company_id>/invitations")
@requires(_ADMIT, twin="POST /api/v1/partners/{id}/invitations")
def invite_leader(company_id: UUID) -> Any:
    """Invite somebody to lead a partner that has no member."""
    try:
        body = parse_form(requests.Leader, request.form)
        done = forms.once(lambda session: _invited(session, company_id, body))
    except (Conflict, Refused) as refusal:
        return forms.reshown(refusal, lambda **shown: _partners(inviting=company_id, **shown))
    flash(_("The invitation is on its way."), "good")
    return done


def _invited(session: Session, company_id: UUID, body: requests.Leader) -> str:
    acts.invite_leader(session, company_id, body, locale=locale.current())
    return url_for("operator.partners")


@pages.get("/audit")
@requires(Permission.OPERATOR_AUDIT_READ)
def trail() -> Any:
    """Show what happened to a thing, to things of a kind, or by a person, newest first."""
    try:
        return _trail(parse(requests.Trail, request.args.to_dict()))
    except Refused as refusal:
        return forms.reshown(refusal, lambda **shown: _trail(requests.Trail(), **shown))


def _trail(asked: requests.Trail, **shown: Any) -> str:
    session = reading()
    page = audit.trail(session, subject=asked.subject, subject_id=asked.id, actor_id=asked.person, cursor=asked.cursor)
    typed = {"subject": asked.subject, "id": asked.id, "person": asked.person}
    return render_template(
        "operator/audit.html",
        entries=page.items,
        names=accounts.names_of(session, person_ids={row.actor_id for row in page.items if row.actor_id}),
        next=url_for("operator.trail", **typed, cursor=page.next) if page.next else None,
        first=url_for("operator.trail", **typed) if asked.cursor else None,
        **{"errors": {}, "refusal": None, **shown, "values": shown.get("values", typed)},
    )
