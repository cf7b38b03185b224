"""The restrictions, as customs people keep them."""

from typing import Any

from flask import Blueprint, flash, render_template, request, url_for
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from marketplace.accounts.rules.permissions import Permission
from marketplace.customs import queries, services
from marketplace.customs.queries import RestrictionRow
from marketplace.edge.identity import require_actor
from marketplace.edge.parsing import parse, parse_form, uuid_text
from marketplace.edge.permissions import requires
from marketplace.edge.requests import customs as requests
from marketplace.kernel import clock
from marketplace.kernel.db import reading
from marketplace.kernel.errors import Conflict, Refused
from marketplace.reference.rules import RCEP
from marketplace.web.shared import acts as forms
from marketplace.web.shared import goods as shown
from marketplace.web.shared import labels

pages = Blueprint("customs", __name__)

_EDIT = Permission.OPERATOR_CUSTOMS_EDIT


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


def _restrictions(**given: Any) -> str:
    session = reading()
    names = requests.Restrictions.model_fields
    asked = parse(requests.Restrictions, {name: request.args[name] for name in names if name in request.args})
    page = queries.restrictions(session, country=asked.country, cursor=asked.cursor)
    chosen = request.args.get("restriction")
    values: dict[str, Any] = {"checked_on": clock.now().date().isoformat()}
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
