"""The restrictions, as customs people keep them."""

from typing import Any, Final
from uuid import UUID

from flask import Blueprint, flash, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext
from sqlalchemy.orm import Session

from marketplace.accounts.rules.permissions import Permission
from marketplace.customs import queries, services
from marketplace.customs.queries import RestrictionRow
from marketplace.customs.rules.sheet import MOST_ROWS, NAMES, Judged, Outcome
from marketplace.edge import labels
from marketplace.edge.acts import files
from marketplace.edge.acts import restrictions as acts
from marketplace.edge.identity import require_actor
from marketplace.edge.messages import field_sentence
from marketplace.edge.parsing import parse, parse_form, uuid_text
from marketplace.edge.permissions import requires
from marketplace.edge.requests import customs as requests
from marketplace.kernel import clock
from marketplace.kernel.db import reading
from marketplace.kernel.errors import Conflict, Refused, TooLarge
from marketplace.reference.rules import RCEP
from marketplace.web.shared import acts as forms
from marketplace.web.shared import goods as shown
from marketplace.web.shared import render

pages = Blueprint("customs", __name__)

_EDIT = Permission.OPERATOR_CUSTOMS_EDIT
_SHOWN: Final = 200  # rows that do something or are wrong
OUTCOMES: Final[dict[Outcome, tuple[Any, str]]] = {
    Outcome.NEW: (lazy_gettext("new"), "good"),
    Outcome.CHANGED: (lazy_gettext("changed"), "info"),
    Outcome.UNCHANGED: (lazy_gettext("unchanged"), "calm"),
    Outcome.WRONG: (lazy_gettext("needs mending"), "bad"),
}
COLUMNS: Final[dict[str, Any]] = {
    "country": lazy_gettext("Country of destination"),
    "hs_prefix": lazy_gettext("HS code, or its beginning"),
    "measure": lazy_gettext("Measure"),
    "en": lazy_gettext("In English"),
    "zh": lazy_gettext("In Chinese"),
    "vi": lazy_gettext("In Vietnamese"),
    "source": lazy_gettext("Source"),
    "source_url": lazy_gettext("Address of the source"),
    "valid_from": lazy_gettext("First day"),
    "valid_to": lazy_gettext("Last day"),
    "checked_on": lazy_gettext("Compared with the source on"),
}


@pages.get("/operator/restrictions")
@requires(_EDIT)
def restrictions() -> str:
    """Show what countries ask of goods, and a form for one rule."""
    return _restrictions()


@pages.post("/operator/restrictions")
@requires(_EDIT, twin="PUT /api/v1/restrictions/{id}")
def put_restriction() -> Any:
    """Write a restriction, or change one."""

    def work(session: Session) -> str:
        body, now = parse_form(requests.NamedRestriction, request.form), clock.now()
        services.put_restriction(
            session, actor=require_actor(), rule=body.rule(now.date()), restriction_id=body.restriction, now=now
        )
        return url_for("customs.restrictions")

    try:
        done = forms.once(work)
    except (Refused, Conflict) as refusal:
        return forms.reshown(refusal, _restrictions)
    flash(_("Saved."), "good")
    return done


@pages.get("/operator/restrictions.csv")
@requires(_EDIT, twin="GET /api/v1/restrictions.csv")
def list_csv() -> Any:
    """Give the restrictions as a table of text."""
    asked = parse(
        requests.RestrictionsFile, {name: request.args[name] for name in ("country",) if name in request.args}
    )
    return acts.list_file(asked.country)


@pages.post("/operator/restrictions/sheets")
@requires(_EDIT, twin="POST /api/v1/restrictions/sheet")
def take_sheet() -> Any:
    """Take in a sheet to be looked at."""
    try:
        upload, _rows = acts.received()

        def work(session: Session) -> str:
            return url_for("customs.sheet", sheet_id=files.keep(session, upload))

        return forms.once(work)
    except (Refused, Conflict, TooLarge) as refusal:
        return forms.reshown(refusal, _restrictions)


@pages.get("/operator/restrictions/sheets/<uuid:sheet_id>")
@requires(_EDIT)
def sheet(sheet_id: UUID) -> str:
    """Show what the rows of a sheet would do."""
    return _sheet(sheet_id)


@pages.post("/operator/restrictions/sheets/<uuid:sheet_id>")
@requires(_EDIT, twin="POST /api/v1/restrictions/sheet")
def put_sheet(sheet_id: UUID) -> Any:
    """Write what the right rows of a sheet say."""
    said: list[str] = []
    try:
        _name, rows = acts.kept(sheet_id)

        def work(session: Session) -> str:
            done = acts.put(session, rows)
            said.append(_("Rules written: %(new)s new, %(changed)s changed.", new=done.new, changed=done.changed))
            return url_for("customs.sheet", sheet_id=sheet_id)

        answer = forms.once(work)
    except (Refused, Conflict) as refusal:
        return forms.reshown(refusal, lambda **shown: _sheet(sheet_id, **shown))
    flash(said[0] if said else _("Saved."), "good")
    return answer


def _sheet(sheet_id: UUID, **given: Any) -> str:
    name, rows = acts.kept(sheet_id)
    found = acts.judged(rows)
    telling = [each for each in found if each.outcome is not Outcome.UNCHANGED]
    counts = acts.counted(found)
    return render_template(
        "customs/sheet.html",
        name=name,
        sheet_id=sheet_id,
        rows=[_told(each) for each in telling[:_SHOWN]],
        more=max(0, len(telling) - _SHOWN),
        counts=[(OUTCOMES[outcome], count) for outcome, count in counts.items()],
        is_writable=bool(counts[Outcome.NEW] or counts[Outcome.CHANGED]),
        **{"values": {}, "errors": {}, "refusal": None, **given},
    )


def _told(each: Judged) -> dict[str, Any]:
    """Return a row with what it does, in words."""
    rule = each.row.rule
    return {
        "number": each.row.number,
        "outcome": OUTCOMES[each.outcome],
        "goods": f"{shown.country(rule.country)} · {rule.hs_prefix}" if rule else "–",
        "measure": labels.MEASURES[rule.measure] if rule else "",
        "errors": [(COLUMNS[error.field], field_sentence(error)) for error in each.row.errors],
        "changes": [(COLUMNS[change.column], change.before, change.after) for change in each.changes],
    }


def _restrictions(**given: Any) -> str:
    session = reading()
    names = requests.Restrictions.model_fields
    asked = parse(requests.Restrictions, {name: request.args[name] for name in names if name in request.args})
    page = queries.restrictions(session, country=asked.country, cursor=asked.cursor)
    chosen = request.args.get("restriction")
    values: dict[str, Any] = {"checked_on": render.own_day().isoformat()}
    if chosen:
        values = _values(queries.restriction(session, restriction_id=uuid_text(chosen, "restriction")))
    return render_template(
        "customs/restrictions.html",
        rows=[
            {
                "row": row,
                "id": row.id,
                "country": shown.country(row.rule.country),
                "words": shown.text(row.rule.texts),
                "measure": labels.MEASURES[row.rule.measure],
                "href": url_for("customs.restrictions", restriction=row.id),
            }
            for row in page.items
        ],
        columns=[(name, COLUMNS[name], ", ".join(names[1:])) for name, names in NAMES.items()],
        most=MOST_ROWS,
        asked_country=asked.country,
        countries=[(code, shown.country(code)) for code in sorted(RCEP)],
        measures=list(labels.MEASURES.items()),
        next=url_for("customs.restrictions", country=asked.country, cursor=page.next) if page.next else None,
        first=url_for("customs.restrictions", country=asked.country) if asked.cursor else None,
        **{"values": values, "errors": {}, "refusal": None, **given},
    )


def _values(found: RestrictionRow) -> dict[str, Any]:
    rule = found.rule
    return {
        **rule.texts,
        "restriction": str(found.id),
        "country": rule.country,
        "hs_prefix": rule.hs_prefix,
        "measure": rule.measure.value,
        "source": rule.source,
        "source_url": rule.source_url,
        "valid_from": rule.valid_from.isoformat(),
        "valid_to": rule.valid_to.isoformat() if rule.valid_to else "",
        "checked_on": rule.checked_on.isoformat(),
    }
