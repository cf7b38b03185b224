"""Ask for approval of a range: the form, and what became of it."""

from typing import Any
from uuid import UUID

from flask import flash, render_template, request, url_for
from flask_babel import gettext as _

from marketplace.accounts.rules.permissions import Permission
from marketplace.edge.acts import ranges as acts
from marketplace.edge.parsing import parse_form
from marketplace.edge.permissions import requires
from marketplace.edge.requests import approvals as requests
from marketplace.kernel.db import reading
from marketplace.kernel.errors import Conflict, Refused
from marketplace.web.approvals.blueprint import pages
from marketplace.web.shared import acts as forms
from marketplace.web.shared import choices, goods


@pages.get("/account/approvals/ranges/<uuid:listing_id>")
@requires(Permission.TRADE_ORDER_PLACE, twin="POST /api/v1/approval-ranges")
def new_range(listing_id: UUID) -> str:
    """Show the form for a range of some goods."""
    return _form(listing_id)


@pages.post("/account/approvals/ranges/<uuid:listing_id>")
@requires(Permission.TRADE_ORDER_PLACE, twin="POST /api/v1/approval-ranges")
def ask_range(listing_id: UUID) -> Any:
    """Ask for a range."""
    waits: list[bool] = []

    def work(session: Any) -> str:
        answer = acts.ask(session, listing_id, body)
        waits.append(answer.case_id is not None and not answer.is_approved)
        if answer.case_id is None:
            return url_for("catalog.product", listing_id=listing_id)
        return url_for("approvals.one", approval_id=answer.case_id)

    try:
        body = parse_form(requests.RangeTerms, request.form)
        done = forms.once(work)
    except (Refused, Conflict) as refusal:
        return forms.reshown(refusal, lambda **shown: _form(listing_id, **shown))
    if waits:
        said = _("Asked. Who decides is told.") if waits[0] else _("Nothing waits for approval: order it at once.")
        flash(said, "good")
    return done


def _form(listing_id: UUID, **shown: Any) -> str:
    row = acts.goods(listing_id)
    home = choices.home_currency(choices.home_country())
    return render_template(
        "approvals/range.html",
        row=row,
        goods=goods,
        currencies=choices.currencies(),
        places=goods.places(acts.destinations(reading())),
        **{"values": {"currency": home}, "errors": {}, "refusal": None, **shown},
    )
