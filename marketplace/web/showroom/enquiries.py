"""The form for exhibitors, investors and others, and the operator's board."""

from collections.abc import Callable
from typing import Any, Final
from uuid import UUID

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext

from marketplace.accounts import queries as accounts
from marketplace.accounts.rules.permissions import Permission
from marketplace.edge.acts import enquiries as acts
from marketplace.edge.acts.clocks import house_clock
from marketplace.edge.identity import current_actor, require_actor
from marketplace.edge.parsing import parse, parse_form
from marketplace.edge.permissions import public, requires
from marketplace.edge.requests import enquiries as requests
from marketplace.exchange.queries import enquiries as queries
from marketplace.exchange.rules.enquiries import ACTIONS, ENQUIRY, EnquiryKind, EnquiryState
from marketplace.exchange.services.enquiries import able
from marketplace.kernel.db import reading
from marketplace.kernel.errors import Conflict, Refused
from marketplace.web.shared import acts as forms
from marketplace.web.shared import choices, locale
from marketplace.web.showroom.blueprint import pages

_RUN = Permission.OPERATOR_SHOWROOM_RUN
_OPEN = "whoever wants to exhibit or invest has no account yet"
KINDS: Final[dict[EnquiryKind, Any]] = {
    EnquiryKind.EXHIBITOR: lazy_gettext("I want to exhibit"),
    EnquiryKind.INVESTOR: lazy_gettext("I want to invest"),
    EnquiryKind.BUYER: lazy_gettext("I want to buy"),
    EnquiryKind.OTHER: lazy_gettext("Something else"),
}
WORDS: Final[dict[str, Any]] = {
    "question": lazy_gettext("Question"),
    "answer": lazy_gettext("Answer"),
    "close": lazy_gettext("Closed"),
}
SAID: Final[dict[str, Any]] = {
    "answer": lazy_gettext("Answer: the letter goes out"),
    "close": lazy_gettext("Close without a letter"),
}


@pages.get("/enquiries")
@public(_OPEN)
def enquiry_form() -> str:
    """Ask what somebody wants to know."""
    return _form()


@pages.post("/enquiries")
@public(_OPEN, twin="POST /api/v1/enquiries")
def ask() -> Any:
    """Take a question in."""
    try:
        body = parse_form(requests.QuestionBody, request.form)
        acts.ask(body, locale=locale.current(), key=request.form.get("idempotency_key", "")[:80] or None)
    except (Refused, Conflict) as refusal:
        return forms.reshown(refusal, _form)
    flash(_("Your question is here. We answer by e-mail."), "good")
    return redirect(url_for("showroom.enquiry_form"), 303)


@pages.get("/operator/enquiries")
@requires(_RUN, twin="GET /api/v1/enquiries")
def enquiries() -> str:
    """Show the enquiries, who came first first."""
    names = ("state", "cursor")
    asked = parse(requests.EnquiriesQuery, {name: request.args[name] for name in names if name in request.args})
    session, state = reading(), asked.state or EnquiryState.OPEN
    page = queries.enquiries(session, state=state, cursor=asked.cursor)
    return render_template(
        "showroom/enquiries.html",
        rows=page.items,
        kinds=KINDS,
        owners=accounts.names_of(session, person_ids={row.owner_id for row in page.items if row.owner_id}),
        states=list(EnquiryState),
        state=state,
        zone=house_clock(session),
        next=url_for("showroom.enquiries", state=state, cursor=page.next) if page.next else None,
        first=url_for("showroom.enquiries", state=state) if asked.cursor else None,
    )


@pages.get("/operator/enquiries/<uuid:enquiry_id>")
@requires(_RUN, twin="GET /api/v1/enquiries/{id}")
def enquiry(enquiry_id: UUID) -> str:
    """Show an enquiry and what was written about it."""
    return _enquiry(enquiry_id)


@pages.post("/operator/enquiries/<uuid:enquiry_id>/taking")
@requires(_RUN, twin="POST /api/v1/enquiries/{id}/taking")
def take_enquiry(enquiry_id: UUID) -> Any:
    """Take an enquiry."""
    return _done(enquiry_id, lambda session: acts.take(session, enquiry_id), _("It is yours now."))


@pages.post("/operator/enquiries/<uuid:enquiry_id>/owner")
@requires(_RUN, twin="PUT /api/v1/enquiries/{id}/owner")
def assign_enquiry(enquiry_id: UUID) -> Any:
    """Give an enquiry to a colleague."""
    return _done(
        enquiry_id,
        lambda session: acts.assign(session, enquiry_id, parse_form(requests.EnquiryOwner, request.form)),
        _("Handed on."),
    )


@pages.post("/operator/enquiries/<uuid:enquiry_id>/acts")
@requires(_RUN, twin="POST /api/v1/enquiries/{id}/acts")
def act_on_enquiry(enquiry_id: UUID) -> Any:
    """Answer or close an enquiry."""
    return _done(
        enquiry_id,
        lambda session: acts.act(session, enquiry_id, parse_form(requests.EnquiryAct, request.form)),
        _("Noted."),
    )


@pages.post("/operator/enquiries/<uuid:enquiry_id>/erasure")
@requires(_RUN, twin="POST /api/v1/enquiries/{id}/erasure")
def erase_enquiry(enquiry_id: UUID) -> Any:
    """Delete who asked and what was written, because the asker wants it so."""
    return _done(enquiry_id, lambda session: acts.erase(session, enquiry_id), _("What was written is deleted."))


def _done(enquiry_id: UUID, act: Callable[[Any], None], said: str) -> Any:
    def work(session: Any) -> str:
        act(session)
        return url_for("showroom.enquiry", enquiry_id=enquiry_id)

    try:
        done = forms.once(work)
    except (Refused, Conflict) as refusal:
        return forms.reshown(refusal, lambda **given: _enquiry(enquiry_id, **given))
    flash(said, "good")
    return done


def _form(**given: Any) -> str:
    actor, known = current_actor(), {"kind": EnquiryKind.EXHIBITOR}
    if actor is not None and actor.person_id is not None:
        person = accounts.get_person(reading(), person_id=actor.person_id)
        known |= {"name": person.display_name, "email": person.email or ""}
    return render_template(
        "showroom/enquiry_form.html",
        kinds=KINDS,
        countries=choices.countries(),
        **{"values": known, "errors": {}, "refusal": None, **given},
    )


def _enquiry(enquiry_id: UUID, **given: Any) -> str:
    session, company_id = reading(), require_actor().company
    row = queries.enquiry(session, enquiry_id=enquiry_id)
    texts = queries.texts(session, enquiry_id=enquiry_id)
    colleagues = able(session, company_id=company_id)
    wrote = {each.person_id for each in texts if each.person_id}
    people = {*colleagues, *wrote, *([row.owner_id] if row.owner_id else [])}
    return render_template(
        "showroom/enquiry.html",
        enquiry=row,
        texts=texts,
        words=WORDS,
        kinds=KINDS,
        actions=[(act, SAID[act]) for act in ACTIONS if ENQUIRY.allows(row.state, act)],
        able=colleagues,
        names=accounts.names_of(session, person_ids=people),
        zone=house_clock(session),
        **{"values": {}, "errors": {}, "refusal": None, **given},
    )
