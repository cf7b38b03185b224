"""Prices of a listing in further currencies, converted from those that it has."""

from typing import Any, Final
from uuid import UUID

from flask import flash, render_template, request, url_for
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from marketplace.accounts.rules.permissions import Permission
from marketplace.catalog.queries import own as own_queries
from marketplace.catalog.services import listings
from marketplace.edge.acts import currencies as acts
from marketplace.edge.identity import require_actor
from marketplace.edge.parsing import parse_form
from marketplace.edge.permissions import requires
from marketplace.edge.requests.catalog import Conversion
from marketplace.kernel import clock
from marketplace.kernel.db import reading
from marketplace.kernel.errors import Conflict, Refused
from marketplace.reference import queries as reference
from marketplace.web.catalog.blueprint import pages
from marketplace.web.shared import acts as forms
from marketplace.web.shared import choices
from marketplace.web.shared import goods as shown

_EDIT: Final = Permission.CATALOG_LISTING_EDIT


@pages.get("/merchant/listings/<uuid:listing_id>/currencies")
@requires(_EDIT)
def currencies(listing_id: UUID) -> str:
    """Show on which bases a listing has prices, and what they would be by the city's rates."""
    return _currencies(listing_id)


def _currencies(listing_id: UUID, **given: Any) -> str:
    actor, session = require_actor(), reading()
    row = own_queries.own_listing(session, company_id=actor.company, listing_id=listing_id)
    draft = listings.draft_of(session, actor=actor, listing_id=listing_id)
    names = {place.code: {**place.names, "en": place.name} for place in reference.places(session)}
    ladders = {basis: shown.ladder(ladder, names) for basis, ladder in acts.bases(draft).items()}
    base = draft.ladders[0].currency
    quoted = acts.rates(session, base=base, on=clock.now().date())
    return render_template(
        "catalog/currencies.html",
        row=row,
        title=shown.text(draft.titles, draft.source_locale),
        ladders=list(ladders.values()),
        unit=shown.unit(draft.unit),
        bases=[(code, _basis(each)) for code, each in ladders.items()],
        currencies=choices.currencies(),
        base=base,
        rates=[(code, f"{rate.normalize():f}") for code, rate in quoted.items()],
        **{"values": {}, "errors": {}, "refusal": None, **given},
    )


def _basis(ladder: dict[str, Any]) -> str:
    return f"{ladder['currency']} · {ladder['basis']['rule']} {ladder['basis']['place']}"


@pages.post("/merchant/listings/<uuid:listing_id>/currencies")
@requires(_EDIT, twin="POST /api/v1/listings/{id}/conversions")
def convert(listing_id: UUID) -> Any:
    """Write prices in a further currency."""

    def work(session: Session) -> str:
        asked = parse_form(Conversion, request.form)
        acts.convert(session, actor=require_actor(), listing_id=listing_id, asked=asked, now=clock.now())
        return url_for("catalog.currencies", listing_id=listing_id)

    try:
        done = forms.once(work)
    except (Refused, Conflict) as refusal:
        return forms.reshown(refusal, lambda **given: _currencies(listing_id, **given))
    flash(_("The prices are written. They stay as they are when rates move."), "good")
    return done
