"""A tenant's leads: who visited, who answers, until when, and what was noted."""

from collections.abc import Callable
from typing import Any, Final
from uuid import UUID

from flask import flash, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext

from marketplace.accounts import queries as accounts
from marketplace.accounts.rules.permissions import CompanyKind, Permission, permissions_of
from marketplace.edge.acts import showroom as acts
from marketplace.edge.acts.clocks import clocks
from marketplace.edge.acts.files import attached
from marketplace.edge.identity import require_actor
from marketplace.edge.parsing import parse, parse_form
from marketplace.edge.permissions import requires
from marketplace.edge.requests import showroom as requests
from marketplace.exchange.queries import leads as queries
from marketplace.exchange.rules.leads import ACTIONS, LEAD, NOTE, LeadState
from marketplace.kernel.db import reading
from marketplace.kernel.errors import Conflict, Refused
from marketplace.web.shared import acts as forms
from marketplace.web.shared import goods as shown
from marketplace.web.showroom.blueprint import pages

_ANSWER = Permission.TRADE_LEAD_ANSWER
WORDS: Final[dict[str, Any]] = {
    "contact": lazy_gettext("Contacted"),
    "qualify": lazy_gettext("Wants to buy"),
    "close": lazy_gettext("Closed"),
    "note": lazy_gettext("Noted"),
}


@pages.get("/merchant/leads")
@requires(_ANSWER, twin="GET /api/v1/leads")
def leads() -> str:
    """Show the leads, the newest first."""
    names = tuple(requests.LeadsQuery.model_fields)
    asked = parse(requests.LeadsQuery, {name: request.args[name] for name in names if name in request.args})
    session, company_id = reading(), require_actor().company
    page = acts.listed_leads(asked)
    kept: dict[str, Any] = {"state": asked.state, "open": "1" if asked.open else None, "owner": asked.owner}
    return render_template(
        "showroom/leads.html",
        rows=page.items,
        owners=accounts.names_of(session, person_ids={row.owner_id for row in page.items if row.owner_id}),
        states=_views(asked),
        owned=_owned(kept, asked.owner),
        zone=clocks(session, [company_id])[company_id],
        next=url_for("showroom.leads", **kept, cursor=page.next) if page.next else None,
        first=url_for("showroom.leads", **kept) if asked.cursor else None,
    )


def _views(asked: requests.LeadsQuery) -> list[dict[str, Any]]:
    """Return the leads by state as tabs: new, those that are followed up, each state, all."""
    views: list[dict[str, Any]] = [{"label": _("All"), "active": not asked.state and not asked.open, "query": {}}]
    views.append({"label": _("To follow up"), "active": asked.open, "query": {"open": "1"}})
    views += [{"word": each, "active": each is asked.state, "query": {"state": each.value}} for each in LeadState]
    return [{**view, "href": url_for("showroom.leads", owner=asked.owner, **view["query"])} for view in views]


def _owned(kept: dict[str, Any], owner: str | None) -> list[dict[str, Any]]:
    """Return whose leads can be shown, as tabs."""
    whose = ((None, _("Everybody's")), ("me", _("Mine")), ("nobody", _("Nobody's yet")))
    return [
        {"label": label, "href": url_for("showroom.leads", **(kept | {"owner": each})), "active": each == owner}
        for each, label in whose
    ]


@pages.get("/merchant/leads.csv")
@requires(_ANSWER, twin="GET /api/v1/leads.csv")
def lead_table() -> Any:
    """Give the leads as a table."""
    return attached(acts.as_table(), media_type="text/csv; charset=utf-8", name="leads.csv")


@pages.get("/merchant/leads/<uuid:lead_id>")
@requires(_ANSWER, twin="GET /api/v1/leads/{id}")
def lead(lead_id: UUID) -> str:
    """Show a lead, what was noted of it, and what can be done."""
    return _lead(lead_id)


@pages.post("/merchant/leads/<uuid:lead_id>/taking")
@requires(_ANSWER, twin="POST /api/v1/leads/{id}/taking")
def take_lead(lead_id: UUID) -> Any:
    """Take a lead."""
    return _done(lead_id, lambda session: acts.take(session, lead_id), _("It is yours now."))


@pages.post("/merchant/leads/<uuid:lead_id>/owner")
@requires(_ANSWER, twin="PUT /api/v1/leads/{id}/owner")
def assign_lead(lead_id: UUID) -> Any:
    """Give a lead to a colleague."""
    return _done(
        lead_id,
        lambda session: acts.assign(session, lead_id, parse_form(requests.LeadOwner, request.form)),
        _("Handed on."),
    )


@pages.post("/merchant/leads/<uuid:lead_id>/acts")
@requires(_ANSWER, twin="POST /api/v1/leads/{id}/acts")
def act_on_lead(lead_id: UUID) -> Any:
    """Say how it goes with a lead."""
    return _done(
        lead_id, lambda session: acts.act(session, lead_id, parse_form(requests.LeadAct, request.form)), _("Noted.")
    )


@pages.post("/merchant/leads/<uuid:lead_id>/erasure")
@requires(_ANSWER, twin="POST /api/v1/leads/{id}/erasure")
def erase_lead(lead_id: UUID) -> Any:
    """Delete what a visitor left, because the visitor asks."""
    return _done(lead_id, lambda session: acts.erase_card(session, lead_id), _("What the visitor left is deleted."))


def _done(lead_id: UUID, act: Callable[[Any], None], said: str) -> Any:
    def work(session: Any) -> str:
        act(session)
        return url_for("showroom.lead", lead_id=lead_id)

    try:
        done = forms.once(work)
    except (Refused, Conflict) as refusal:
        return forms.reshown(refusal, lambda **given: _lead(lead_id, **given))
    flash(said, "good")
    return done


def _lead(lead_id: UUID, **given: Any) -> str:
    session, actor = reading(), require_actor()
    row = queries.lead(session, lead_id=lead_id, merchant_id=actor.company)
    notes = queries.notes(session, lead_id=lead_id)
    members = accounts.members_of(session, company_id=actor.company)
    able = [one.person_id for one in members if _ANSWER in permissions_of(CompanyKind.TRADE, one.roles)]
    wrote = {each.person_id for each in notes if each.person_id}
    return render_template(
        "showroom/lead.html",
        lead=row,
        title=shown.text(row.titles, row.source_locale),
        notes=notes,
        words=WORDS,
        actions=[(act, WORDS[act]) for act in ACTIONS if act == NOTE or LEAD.allows(row.state, act)],
        names=accounts.names_of(session, person_ids={*able, *wrote, *([row.owner_id] if row.owner_id else [])}),
        able=able,
        me=actor.person_id,
        zone=clocks(session, [actor.company])[actor.company],
        **{"values": {}, "errors": {}, "refusal": None, **given},
    )
