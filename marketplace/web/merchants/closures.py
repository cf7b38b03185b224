"""The days on which a merchant is closed."""

from typing import Any, Final
from uuid import UUID

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext

from marketplace.accounts.queries import closures as queries
from marketplace.accounts.rules.closures import Part
from marketplace.accounts.rules.permissions import Permission
from marketplace.edge.acts import closures as acts
from marketplace.edge.identity import require_actor
from marketplace.edge.parsing import parse, parse_form
from marketplace.edge.permissions import requires
from marketplace.edge.requests.closures import Closure
from marketplace.edge.requests.payments import CursorQuery
from marketplace.kernel import clock
from marketplace.kernel.db import reading
from marketplace.kernel.errors import Conflict, Refused
from marketplace.reports.queries import promises
from marketplace.web.merchants.blueprint import pages
from marketplace.web.shared import acts as forms
from marketplace.web.shared import goods

_EDIT = Permission.COMPANY_CLOSURES_EDIT
PARTS: Final[dict[Part, Any]] = {
    Part.FACTORY: lazy_gettext("Factory"),
    Part.WAREHOUSE: lazy_gettext("Warehouse"),
    Part.OFFICE: lazy_gettext("Office"),
}
_HINTS: Final[dict[Part, Any]] = {
    Part.FACTORY: lazy_gettext("Nothing is made: days to make do not count."),
    Part.WAREHOUSE: lazy_gettext("Nothing is handed over: goods in stock wait."),
    Part.OFFICE: lazy_gettext("Nobody answers: your deadlines in working days wait."),
}


@pages.get("/merchant/closures")
@requires(_EDIT, twin="GET /api/v1/merchant/closures")
def closures() -> str:
    """Show when the company is closed, and what it promised for those days."""
    return _closures()


@pages.post("/merchant/closures")
@requires(_EDIT, twin="POST /api/v1/merchant/closures")
def enter_closure() -> Any:
    """Close parts of the company for some days."""
    try:
        body = parse_form(Closure, request.form)
        done = forms.once(lambda session: _entered(session, body))
    except (Refused, Conflict) as refusal:
        return forms.reshown(refusal, _closures)
    flash(_("Buyers see it. What you promised for these days stands below: name another day where you must."), "good")
    return done


@pages.post("/merchant/closures/<uuid:closure_id>/withdrawal")
@requires(_EDIT, twin="POST /api/v1/merchant/closures/{id}/withdrawal")
def withdraw_closure(closure_id: UUID) -> Any:
    """Take a closure back."""
    try:
        acts.withdraw(closure_id)
    except Conflict as refusal:
        return forms.reshown(refusal, _closures)
    flash(_("Taken back: you work on these days."), "good")
    return redirect(url_for("merchants.closures"), 303)


def _entered(session: Any, body: Closure) -> str:
    acts.enter(session, body)
    return url_for("merchants.closures")


def _closures(**shown: Any) -> str:
    session, company_id, now = reading(), require_actor().company, clock.now()
    asked = parse(CursorQuery, {name: request.args[name] for name in ("cursor",) if name in request.args})
    page = queries.closures_of(session, company_id=company_id, cursor=asked.cursor)
    works = queries.works(session, company_id=company_id, now=now)
    return render_template(
        "merchants/closures.html",
        rows=page.items,
        next=url_for("merchants.closures", cursor=page.next) if page.next else None,
        first=url_for("merchants.closures") if asked.cursor else None,
        today=queries.local_day(works.country, now),
        promised=promises.while_closed(session, company_id=company_id, now=now),
        parts=PARTS,
        hints=_HINTS,
        said=goods.text,
        chosen=request.form.getlist("parts") if request.method == "POST" else list(Part),
        **{"values": {}, "errors": {}, "refusal": None, **shown},
    )
