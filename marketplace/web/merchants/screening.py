"""Who is like an entry of a list, and the lists: for those who review."""

from typing import Any, Final
from uuid import UUID

from flask import flash, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext

from marketplace.accounts import queries as accounts
from marketplace.accounts.rules.permissions import Permission
from marketplace.catalog.queries import own
from marketplace.edge.acts import screening as acts
from marketplace.edge.acts.clocks import house_clock
from marketplace.edge.parsing import parse, parse_form
from marketplace.edge.permissions import requires
from marketplace.edge.requests import merchants as requests
from marketplace.edge.requests.payments import CursorQuery
from marketplace.files.services import Upload
from marketplace.kernel.db import reading
from marketplace.kernel.errors import Conflict, NotAllowed, Refused, TooLarge
from marketplace.merchants.queries import screening as queries
from marketplace.merchants.queries.screening import HitRow
from marketplace.merchants.rules.screening import HIT, HitState, Likeness, ListKind, SubjectKind
from marketplace.web.merchants.blueprint import pages
from marketplace.web.shared import acts as forms
from marketplace.web.shared import goods as shown

_REVIEW = Permission.OPERATOR_MERCHANT_REVIEW
LISTS: Final[dict[ListKind, Any]] = {
    ListKind.SANCTIONS: lazy_gettext("Sanctions"),
    ListKind.EXPORT_CONTROL: lazy_gettext("Export control"),
    ListKind.OWN: lazy_gettext("Our own"),
}
STATES: Final[dict[HitState, Any]] = {
    HitState.OPEN: lazy_gettext("To be looked at"),
    HitState.CLEARED: lazy_gettext("Somebody else"),
    HitState.CONFIRMED: lazy_gettext("The same"),
}
LIKE: Final[dict[Likeness, Any]] = {
    Likeness.LOOK: lazy_gettext("The whole name looks the same"),
    Likeness.WORDS: lazy_gettext("The same words, the same country"),
    Likeness.NUMBER: lazy_gettext("The same number"),
    Likeness.HS: lazy_gettext("The HS code begins so"),
    Likeness.PHRASE: lazy_gettext("The words stand in its texts"),
    Likeness.HS_PHRASE: lazy_gettext("The HS code begins so, and the words stand in its texts"),
}
DECISIONS: Final[dict[str, Any]] = {
    "clear": lazy_gettext("Somebody else"),
    "confirm": lazy_gettext("The same: suspend the company"),
}
OF_GOODS: Final[dict[str, Any]] = {
    "clear": lazy_gettext("Other goods"),
    "confirm": lazy_gettext("The same: look at its listing more closely"),
}


@pages.get("/operator/screening")
@requires(_REVIEW, twin="GET /api/v1/screening-hits")
def hits() -> str:
    """Show the hits that nobody decided, or those of another state."""
    asked = parse(requests.Hits, {name: request.args[name] for name in ("state", "cursor") if name in request.args})
    state = asked.state or HitState.OPEN
    page = queries.hits(reading(), state=state, cursor=asked.cursor)
    return render_template(
        "merchants/hits.html",
        rows=page.items,
        state=state,
        states=STATES,
        lists=LISTS,
        like=LIKE,
        next=url_for("merchants.hits", state=state, cursor=page.next) if page.next else None,
        first=url_for("merchants.hits", state=state) if asked.cursor else None,
    )


@pages.get("/operator/screening/lists")
@requires(_REVIEW, twin="GET /api/v1/screening-lists")
def lists() -> str:
    """Show every version of every list, and ask for another."""
    return _lists()


@pages.post("/operator/screening/lists")
@requires(_REVIEW, twin="POST /api/v1/screening-lists/sheet")
def import_list() -> Any:
    """Take in a version of a list from a sheet."""
    try:
        body, upload = acts.read_sheet(parse_form(requests.ScreeningSheet, request.form))
        done = forms.once(lambda session: _imported(session, body, upload))
    except (Refused, Conflict, TooLarge) as refusal:
        return forms.reshown(refusal, _lists)
    flash(_("The list is here. Everybody is compared with it now."), "good")
    return done


@pages.get("/operator/screening/lists/<uuid:screening_list_id>/sheet")
@requires(_REVIEW, twin="GET /api/v1/screening-lists/{id}/sheet")
def list_sheet(screening_list_id: UUID) -> Any:
    """Give the sheet that a version was read from."""
    return acts.sheet_of(screening_list_id)


@pages.get("/operator/screening/<uuid:hit_id>")
@requires(_REVIEW)
def hit(hit_id: UUID) -> str:
    """Show a hit beside its entry."""
    return _hit(hit_id)


@pages.post("/operator/screening/<uuid:hit_id>")
@requires(_REVIEW, twin="POST /api/v1/screening-hits/{id}/decision")
def decide_hit(hit_id: UUID) -> Any:
    """Say whether it is the same."""
    try:
        body = parse_form(requests.HitDecision, request.form)
        done = forms.once(lambda session: _decided(session, hit_id, body))
    except (Refused, Conflict, NotAllowed) as refusal:
        return forms.reshown(refusal, lambda **shown: _hit(hit_id, **shown))
    flash(_("Noted."), "good")
    return done


def _imported(session: Any, body: requests.ScreeningList, upload: Upload) -> str:
    acts.import_list(session, body, upload)
    return url_for("merchants.lists")


def _decided(session: Any, hit_id: UUID, body: requests.HitDecision) -> str:
    acts.decide(session, hit_id, body)
    return url_for("merchants.hits")


def _lists(**shown: Any) -> str:
    asked = parse(CursorQuery, {name: request.args[name] for name in ("cursor",) if name in request.args})
    page = queries.lists(reading(), cursor=asked.cursor)
    return render_template(
        "merchants/lists.html",
        rows=page.items,
        kinds=list(LISTS.items()),
        lists=LISTS,
        zone=house_clock(reading()),
        next=url_for("merchants.lists", cursor=page.next) if page.next else None,
        first=url_for("merchants.lists") if asked.cursor else None,
        **{"values": {}, "errors": {}, "refusal": None, **shown},
    )


def _hit(hit_id: UUID, **shown: Any) -> str:
    session = reading()
    row = queries.hit(session, hit_id=hit_id)
    is_person, is_goods = row.subject_kind is SubjectKind.PERSON, row.subject_kind is SubjectKind.GOODS
    words = OF_GOODS if is_goods else DECISIONS
    names = accounts.names_of(session, person_ids=(row.subject_id,)) if is_person else {}
    return render_template(
        "merchants/hit.html",
        row=row,
        company=accounts.get_company(session, company_id=row.company_id),
        person=names.get(row.subject_id, ""),
        is_person=is_person,
        goods=_goods(row) if is_goods else None,
        decisions=[(act, words[act]) for act in HIT.actions(row.state)],
        states=STATES,
        lists=LISTS,
        like=LIKE,
        **{"values": {}, "errors": {}, "refusal": None, **shown},
    )


def _goods(row: HitRow) -> dict[str, Any]:
    """Return the listing that a hit is about, by what its reviewer knows it."""
    found = own.own_listing(reading(), company_id=row.company_id, listing_id=row.subject_id)
    return {
        "sku": found.sku,
        "title": shown.text(found.titles, found.source_locale),
        "href": url_for("moderation.listing", listing_id=row.subject_id),
    }
