"""What pages of prices for some buyers share: acting once, moments on the company's clock, choices."""

from collections import defaultdict
from collections.abc import Callable
from typing import Any

from flask import flash, render_template, request
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from marketplace.catalog.customer_prices.queries import lists
from marketplace.edge.acts.clocks import clocks
from marketplace.edge.identity import require_actor
from marketplace.kernel.db import reading
from marketplace.kernel.errors import Conflict, FieldError, Refused
from marketplace.reference import queries as reference
from marketplace.web.shared import acts as forms
from marketplace.web.shared.zones import in_zone


def done(
    work: Callable[[Session], Any], back: str, show: Callable[..., Any], said: Callable[[], str] | None = None
) -> Any:
    """Do it once and go back, or to the address that the work returns; show the form again when it is refused."""

    def once(session: Session) -> str:
        found = work(session)
        return back or found

    try:
        done = forms.once(once)
    except (Refused, Conflict) as refusal:
        return forms.reshown(_by_line(refusal), show)
    flash(said() if said else _("Saved."), "good")
    return done


def _by_line(refusal: Any) -> Any:
    """Name refused entries by the box in which their lines were typed; lines that lack the same are named together."""
    others: list[FieldError] = []
    lines: dict[str, set[int]] = defaultdict(set)
    for error in refusal.errors:
        if error.field.startswith(("entries.", "lines.")):
            lines[error.accepted].add(int(error.field.split(".")[1]) + 1)
        else:
            others.append(error)
    named = [
        _lines(sorted(found), accepted) for accepted, found in sorted(lines.items(), key=lambda each: min(each[1]))
    ]
    return type(refusal)(refusal.code, errors=[*others, *named], **refusal.facts)


def _lines(found: list[int], accepted: str) -> FieldError:
    if len(found) == 1:
        return FieldError("lines", "price_line", accepted, {"line": found[0]})
    return FieldError("lines", "price_lines", accepted, {"lines": found})


def with_moments(model: Any) -> dict[str, Any]:
    """Return the form with its moments, which are written on the company's own clock."""
    form = {name: request.form[name] for name in model.model_fields if name in request.form}
    for field in ("valid_from", "valid_until"):
        form = in_zone(form, field, own_zone())
    return form


def own_zone() -> str:
    """Return the clock of the reader's company."""
    company_id = require_actor().company
    return clocks(reading(), [company_id])[company_id]


def drawn(template: str, given: dict[str, Any], **values: Any) -> str:
    """Draw a page with what was typed and why it was refused; with neither at first."""
    return render_template(template, **values, **{"values": {}, "errors": {}, "refusal": None, **given})


def group_choices(session: Session) -> list[tuple[str, str]]:
    """Return one's customer groups as the options of a select."""
    return [(str(row.id), row.name) for row in lists.groups(session, merchant_id=require_actor().company)]


def place_names(session: Session) -> dict[str, dict[str, str]]:
    """Return the names of places by code and language."""
    return {row.code: {**row.names, "en": row.name} for row in reference.places(session)}
