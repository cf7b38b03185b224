"""What companies say in public, for moderators: newest first, each hidden with a reason or shown again."""

from typing import Any, Final
from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext

from marketplace.accounts.rules.permissions import Permission
from marketplace.edge.acts import remarks as acts
from marketplace.edge.parsing import parse, parse_form
from marketplace.edge.permissions import requires
from marketplace.edge.requests import remarks as requests
from marketplace.exchange.queries import remarks as queries
from marketplace.exchange.rules.remarks import RemarkKind
from marketplace.kernel.db import in_unit_of_work, reading
from marketplace.kernel.errors import Conflict, Refused
from marketplace.web.shared import acts as forms
from marketplace.web.shared import goods as shown

pages = Blueprint("remarks", __name__)

_MODERATE = Permission.OPERATOR_LISTING_MODERATE
KINDS: Final[dict[RemarkKind, Any]] = {
    RemarkKind.QUESTION: lazy_gettext("Question"),
    RemarkKind.ANSWER: lazy_gettext("Answer"),
    RemarkKind.REVIEW: lazy_gettext("Review of goods"),
    RemarkKind.REPLY: lazy_gettext("Reply"),
}


@pages.get("/operator/remarks")
@requires(_MODERATE, twin="GET /api/v1/remarks")
def said() -> str:
    """Show what companies said in public."""
    names = requests.Remarks.model_fields
    asked = parse(requests.Remarks, {name: request.args[name] for name in names if name in request.args})
    page = queries.public(reading(), hidden=asked.hidden, cursor=asked.cursor)
    views = ((None, _("All")), (False, _("Shown")), (True, _("Hidden")))

    def address(hidden: bool | None, **more: Any) -> str:  # noqa: FBT001  a filter
        chosen: dict[str, Any] = {} if hidden is None else {"hidden": int(hidden)}
        return url_for("remarks.said", **chosen, **more)

    return render_template(
        "remarks/said.html",
        rows=[_told(row) for row in page.items],
        tabs=[{"label": word, "href": address(value), "active": value is asked.hidden} for value, word in views],
        next=address(asked.hidden, cursor=page.next) if page.next else None,
        first=address(asked.hidden) if asked.cursor else None,
    )


@pages.get("/operator/remarks/<uuid:remark_id>")
@requires(_MODERATE, twin="GET /api/v1/remarks")
def one(remark_id: UUID) -> str:
    """Show one remark with the form that hides it."""
    return _one(remark_id)


@pages.post("/operator/remarks/<uuid:remark_id>/hiding")
@requires(_MODERATE, twin="POST /api/v1/remarks/{id}/hiding")
def hide(remark_id: UUID) -> Any:
    """Hide a remark."""
    try:
        body = parse_form(requests.Hiding, request.form)
        done = forms.once(lambda session: _hidden(session, remark_id, body))
    except (Refused, Conflict) as refusal:
        return forms.reshown(refusal, lambda **back: _one(remark_id, **back))
    flash(_("Hidden. Its author is told why."), "good")
    return done


def _hidden(session: Any, remark_id: UUID, body: requests.Hiding) -> str:
    acts.hide(session, remark_id, body)
    return url_for("remarks.said")


@pages.post("/operator/remarks/<uuid:remark_id>/showing")
@requires(_MODERATE, twin="DELETE /api/v1/remarks/{id}/hiding")
def show_again(remark_id: UUID) -> Any:
    """Show a hidden remark again."""
    in_unit_of_work(lambda session: acts.show_again(session, remark_id))
    flash(_("Shown again."), "good")
    return redirect(url_for("remarks.said"), 303)


def _one(remark_id: UUID, **back: Any) -> str:
    return render_template(
        "remarks/one.html",
        told=_told(queries.remark(reading(), remark_id=remark_id)),
        **{"values": {}, "errors": {}, "refusal": None, **back},
    )


def _told(row: queries.RemarkRow) -> dict[str, Any]:
    return {
        "row": row,
        "kind": KINDS[row.kind],
        "title": shown.text(row.titles, row.source_locale),
        "title_lang": shown.written_in(row.titles, row.source_locale),
        "href": url_for("catalog.product", listing_id=row.listing_id),
    }
