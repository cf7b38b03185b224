"""The reviewers' queue, and one case side by side."""

from typing import Any, Final
from uuid import UUID

from flask import Blueprint, flash, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext
from sqlalchemy.orm import Session

from marketplace.accounts.rules.permissions import Permission
from marketplace.catalog.queries import goods
from marketplace.edge.identity import require_actor
from marketplace.edge.parsing import parse, parse_form
from marketplace.edge.permissions import requires
from marketplace.edge.requests import moderation as requests
from marketplace.kernel import clock
from marketplace.kernel.db import reading
from marketplace.kernel.errors import Conflict, Refused
from marketplace.moderation import queries, services
from marketplace.moderation.rules import CaseKind, CaseState, Decision
from marketplace.reference import queries as reference
from marketplace.web.shared import acts as forms
from marketplace.web.shared import goods as shown
from marketplace.web.shared import render

pages = Blueprint("moderation", __name__)

_REVIEW = Permission.OPERATOR_LISTING_MODERATE
KINDS: Final[dict[CaseKind, Any]] = {
    CaseKind.LISTING: lazy_gettext("New listing"),
    CaseKind.CHANGE: lazy_gettext("Change of a live listing"),
    CaseKind.PRICE: lazy_gettext("Price that jumped"),
}
FIELDS: Final[dict[str, Any]] = {
    "titles": lazy_gettext("Title"),
    "descriptions": lazy_gettext("Description"),
    "source_locale": lazy_gettext("Language"),
    "hs_code": lazy_gettext("HS code"),
    "origin": lazy_gettext("Origin"),
    "grade": lazy_gettext("Grade"),
    "unit": lazy_gettext("Unit"),
    "category": lazy_gettext("Category"),
    "category_id": lazy_gettext("Category"),
    "commodity_id": lazy_gettext("Commodity"),
    "moq": lazy_gettext("Minimum quantity"),
    "multiple": lazy_gettext("Sold in steps of"),
    "carton_units": lazy_gettext("Units in a carton"),
    "carton_gross_g": lazy_gettext("Gross weight of a carton"),
    "lead_days": lazy_gettext("Days to make"),
    "hub_code": lazy_gettext("Handed over at"),
    "pictures": lazy_gettext("Pictures"),
}


@pages.get("/operator/moderation")
@requires(_REVIEW)
def queue() -> str:
    """Show the cases that wait, what is overdue first, then the riskiest."""
    asked = parse(requests.Queue, {name: request.args[name] for name in ("state", "cursor") if name in request.args})
    page = queries.queue(reading(), state=asked.state, cursor=asked.cursor)
    return render_template(
        "moderation/queue.html",
        rows=[
            {
                "row": row,
                "title": shown.text(row.titles, row.source_locale),
                "kind": KINDS[row.kind],
                "href": url_for("moderation.case", case_id=row.id),
            }
            for row in page.items
        ],
        tabs=[
            {"label": state.value, "href": url_for("moderation.queue", state=state), "active": state == asked.state}
            for state in CaseState
        ],
        now=clock.now(),
        next=url_for("moderation.queue", state=asked.state, cursor=page.next) if page.next else None,
        first=url_for("moderation.queue", state=asked.state) if asked.cursor else None,
    )


@pages.get("/operator/moderation/<uuid:case_id>")
@requires(_REVIEW)
def case(case_id: UUID) -> str:
    """Show old and new side by side."""
    return _case(case_id)


def _case(case_id: UUID, **given: Any) -> str:
    session = reading()
    found = queries.case(session, case_id=case_id)
    review = found.review
    words = _Words(session)
    is_new = found.case.kind is CaseKind.LISTING
    return render_template(
        "moderation/case.html",
        case=found.case,
        review=review,
        title=shown.text(review.titles, review.source_locale),
        kind=KINDS[found.case.kind],
        fields=[
            {
                "label": FIELDS.get(each.name, each.name),
                "old": words.of(each.name, each.old),
                "new": words.of(each.name, each.new),
            }
            for each in review.fields
        ],
        is_new=is_new,
        unit=shown.unit(next(each.new for each in review.fields if each.name == "unit")),
        ladders=[shown.ladder(ladder, words.places) for ladder in review.ladders],
        pictures=[
            {
                "src": shown.picture(each.file_id, 320),
                "alt": each.alt,
                "caption": None if each.approved and not is_new else _("new"),
            }
            for each in review.pictures
        ],
        decisions=_decisions(found.case.kind),
        is_open=found.case.state is CaseState.PENDING,
        **{"values": {}, "errors": {}, "refusal": None, **given},
    )


@pages.post("/operator/moderation/<uuid:case_id>/decision")
@requires(_REVIEW, twin="POST /api/v1/moderation/{id}/decision")
def decide(case_id: UUID) -> Any:
    """Decide a case, once."""

    def work(session: Session) -> str:
        body = parse_form(requests.Decision, request.form)
        services.decide(
            session,
            actor=require_actor(),
            case_id=case_id,
            decision=body.decision,
            reason=body.reason or "",
            seen=body.seen,
            now=clock.now(),
        )
        return url_for("moderation.queue")

    try:
        done = forms.once(work)
    except (Refused, Conflict) as refusal:
        return forms.reshown(refusal, lambda **given: _case(case_id, **given))
    flash(_("Decided. The merchant is told."), "good")
    return done


def _decisions(kind: CaseKind) -> list[dict[str, Any]]:
    words = {
        Decision.APPROVE: _("Approve"),
        Decision.REQUEST_CHANGES: _("Ask for changes"),
        Decision.REJECT: _("Decline"),
    }
    if kind is CaseKind.PRICE:
        words = {Decision.APPROVE: _("The price is right"), Decision.REJECT: _("Pause the listing")}
    return [{"value": decision.value, "title": word} for decision, word in words.items()]


class _Words:
    """What is kept as a code, in words with the code behind."""

    def __init__(self, session: Session) -> None:
        """Look places and shelves up."""
        self.places = {row.code: {**row.names, "en": row.name} for row in reference.places(session)}
        self._shelves = {row.code: shown.text(row.names) for row in goods.categories(session)}

    def of(self, name: str, value: Any) -> Any:
        """Return a field's value as its reviewer reads it."""
        if name == "carton_gross_g" and isinstance(value, int):
            return render.kilograms(value)
        word = self._word(name, value) if isinstance(value, str) else None
        return f"{word} ({value})" if word and word != value else _value(value)

    def _word(self, name: str, code: str) -> str | None:
        if name == "unit":
            return str(shown.unit(code))
        if name == "origin":
            return shown.country(code)
        if name == "hub_code":
            return shown.place(self.places.get(code, {}), code)
        return self._shelves.get(code) if name == "category" else None


def _value(value: Any) -> Any:
    """Return a JSON value as text: texts by language on lines of their own, nothing as None."""
    if isinstance(value, dict):
        return "\n".join(f"{name}: {text}" for name, text in sorted(value.items())) or None
    if isinstance(value, list):
        return _("%(number)s pictures", number=len(value))
    return value if value not in ("", None) else None
