"""Tariff versions of a line, for operators who keep them."""

from datetime import datetime
from decimal import Decimal
from typing import Any, Final
from uuid import UUID

from flask import flash, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext
from sqlalchemy.orm import Session

from marketplace.accounts.rules.permissions import Permission
from marketplace.edge.acts import pricing as acts
from marketplace.edge.parsing import parse_form
from marketplace.edge.permissions import requires
from marketplace.edge.requests import pricing as requests
from marketplace.kernel import clock
from marketplace.kernel.db import reading
from marketplace.kernel.errors import Conflict, Refused
from marketplace.kernel.money import MINOR_UNITS
from marketplace.logistics.pricing.queries.versions import VersionRow, versions
from marketplace.logistics.pricing.rules.terms import Basis
from marketplace.logistics.rules.freight import whole_lorry_from
from marketplace.web.operator.blueprint import pages
from marketplace.web.shared import acts as forms
from marketplace.web.shared import locale, render
from marketplace.web.shared.freight import COMPONENTS

_EDIT = Permission.OPERATOR_NETWORK_EDIT
BASES: Final[dict[Basis, Any]] = {
    Basis.PERCENT: lazy_gettext("per cent"),
    Basis.PER_KG: lazy_gettext("per kg"),
    Basis.PER_SHIPMENT: lazy_gettext("per shipment"),
    Basis.PER_VEHICLE: lazy_gettext("per vehicle"),
}


@pages.get("/network/lines/<uuid:network_line_id>/tariffs")
@requires(_EDIT, twin="GET /api/v1/network/lines/{id}/tariffs")
def tariffs(network_line_id: UUID) -> str:
    """Show every version of what a line charges, and the form for a new one."""
    return _tariffs(network_line_id)


@pages.post("/network/lines/<uuid:network_line_id>/tariffs")
@requires(_EDIT, twin="POST /api/v1/network/lines/{id}/tariffs")
def enter_tariff(network_line_id: UUID) -> Any:
    """Put in a new version."""

    def work(session: Session) -> str:
        acts.enter(session, network_line_id, parse_form(requests.TariffBody, request.form))
        return url_for("operator.tariffs", network_line_id=network_line_id)

    try:
        done = forms.once(work)
    except (Refused, Conflict) as refusal:
        return forms.reshown(refusal, lambda **given: _tariffs(network_line_id, **given))
    flash(_("The version is noted. What is placed before its first day keeps the one before."), "good")
    return done


def _tariffs(network_line_id: UUID, **given: Any) -> str:
    session, now = reading(), clock.now()
    line = acts.line_of(session, network_line_id)
    found = versions(session, line_id=network_line_id)
    names = {leg.end.code: leg.end.called(locale.current()) for leg in line.legs}
    holding = next((row for row in found if row.holds(now)), None)
    return render_template(
        "operator/tariffs.html",
        line=line,
        name=line.called(locale.current()),
        versions=[_shown(row, names, now) for row in found],
        places=[(code, name) for code, name in names.items() if code in {row.to_place for row in found} or not found],
        currencies=[(code, code) for code in MINOR_UNITS],
        **{"refusal": None, "errors": {}, "values": _values(holding), **given},
    )


def _shown(row: VersionRow, names: dict[str, str], now: datetime) -> dict[str, Any]:
    terms = row.rates.terms
    return {
        "row": row,
        "place": names.get(row.to_place, row.to_place),
        "holds": row.holds(now),
        "terms": terms,
        "surcharges": [(COMPONENTS[one.kind], one, BASES[one.basis]) for one in terms.surcharges],
        "breaks": [(render.kilograms(one.from_g), one.per_kg) for one in terms.breaks],
        "fill": [(one.percent, Decimal(one.factor_bp) / 100) for one in terms.fill],
        "cheaper_from": None if (grams := whole_lorry_from(row.rates)) is None else render.kilograms(grams),
    }


def _values(row: VersionRow | None) -> dict[str, Any]:
    """Return what the form for a new version is filled with: what holds now."""
    if row is None:
        return {}
    rates, terms = row.rates, row.rates.terms
    whole = terms.whole
    return {
        "to": row.to_place,
        "currency": rates.per_kg.currency,
        "per_kg": f"{rates.per_kg.amount:f}",
        "least_charge": f"{rates.minimum.amount:f}",
        "m3_factor": rates.m3_factor,
        "ldm_factor": rates.ldm_factor,
        "breaks": "\n".join(f"{one.from_g / 1_000:g} {one.per_kg.amount:f}" for one in terms.breaks),
        "surcharges": "\n".join(f"{one.kind} {one.basis} {one.value:f}" for one in terms.surcharges),
        "fill": "\n".join(f"{one.percent} {one.factor_bp / 100:g}" for one in terms.fill),
        "lorry_kg": "" if terms.lorry_g is None else terms.lorry_g // 1_000,
        "lorry_price": "" if whole is None else f"{whole.price.amount:f}",
        "free_hours": "" if whole is None else whole.free_minutes // 60,
        "waiting_per_hour": "" if whole is None else f"{whole.waiting.amount:f}",
        "note": row.note,
        "fictitious": terms.is_fictitious,
    }
