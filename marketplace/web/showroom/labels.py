"""What the label of an exhibit opens: its offer, and a card for its tenant."""

from typing import Any, Final

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from marketplace.accounts import queries as accounts
from marketplace.catalog.queries import shelf
from marketplace.edge.acts import accounts as account_acts
from marketplace.edge.acts import showroom as acts
from marketplace.edge.identity import current_actor
from marketplace.edge.parsing import parse_form
from marketplace.edge.permissions import public
from marketplace.edge.requests import showroom as requests
from marketplace.exchange.queries import showroom as queries
from marketplace.kernel import clock, languages
from marketplace.kernel.db import reading
from marketplace.kernel.errors import Conflict, Refused
from marketplace.web.shared import acts as forms
from marketplace.web.shared import goods as shown
from marketplace.web.showroom.blueprint import pages

_OPEN: Final = "whoever stands before an exhibit may open its label"


@pages.get("/x/<code>")
@public(_OPEN, twin="GET /api/v1/exhibits/{code}")
def label(code: str) -> Response:
    """Open the offer that an exhibit shows; a person's visit is counted once a day."""
    row = _exhibit(code)
    acts.opened(code)
    is_offered = bool(shelf.cards(reading(), listing_ids=[row.listing_id], viewer=None))
    if is_offered:
        to = url_for("catalog.product", listing_id=row.listing_id, label=code)
    else:
        to = url_for("showroom.card", code=code)
    answer = redirect(_spoken() + to, 303)
    answer.headers["Cache-Control"] = "no-store"
    answer.headers["X-Robots-Tag"] = "noindex"
    return answer


@pages.get("/x/<code>/card")
@public(_OPEN)
def card(code: str) -> str:
    """Ask for a card for the tenant."""
    return _card(code)


@pages.post("/x/<code>/card")
@public(_OPEN, twin="POST /api/v1/exhibits/{code}/cards")
def leave_card(code: str) -> Any:
    """Leave a card for the tenant."""
    try:
        body = parse_form(requests.CardBody, request.form)
        acts.leave_card(code, body, key=request.form.get("idempotency_key", "")[:80] or None)
    except (Refused, Conflict) as refusal:
        return forms.reshown(refusal, lambda **given: _card(code, **given))
    flash(_("Your card is left. The exhibitor answers within the time that is promised here."), "good")
    return redirect(url_for("showroom.card", code=code), 303)


def _spoken() -> str:
    """Return the beginning of addresses for whoever scans a label: it names no language, so the telephone does."""
    return "" if request.script_root else languages.prefix(account_acts.language_asked())


def _exhibit(code: str) -> queries.ExhibitRow:
    session = reading()
    return queries.exhibit(session, code=code, today=queries.today_at(session, now=clock.now()))


def _card(code: str, **given: Any) -> str:
    row, actor = _exhibit(code), current_actor()
    offered = shelf.cards(reading(), listing_ids=[row.listing_id], viewer=actor.company_id if actor else None)
    known = {}
    if actor is not None and actor.person_id is not None:
        person = accounts.get_person(reading(), person_id=actor.person_id)
        known = {"name": person.display_name, "email": person.email or "", "phone": person.phone or ""}
    return render_template(
        "showroom/card.html",
        exhibit=row,
        hall=shown.text(row.tenancy.hall_names),
        offers=[shown.card(each) for each in offered.values()],
        is_own=actor is not None and actor.company_id == row.tenancy.company_id,
        **{"values": known, "errors": {}, "refusal": None, **given},
    )
