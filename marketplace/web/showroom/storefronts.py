"""A merchant's own storefront, and the desk of those who look at new ones."""

from typing import Any, Final
from uuid import UUID

from flask import flash, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext

from marketplace.accounts.rules.permissions import Permission
from marketplace.catalog.rules.texts import LANGUAGES
from marketplace.edge.acts import storefronts as acts
from marketplace.edge.acts.clocks import house_clock
from marketplace.edge.identity import require_actor
from marketplace.edge.parsing import parse, parse_form
from marketplace.edge.permissions import requires
from marketplace.edge.requests import storefronts as requests
from marketplace.exchange.queries import storefronts as queries
from marketplace.exchange.queries.storefronts import FrontRow
from marketplace.exchange.rules.storefronts import DECISIONS, FRONT, FrontState
from marketplace.kernel.db import reading
from marketplace.kernel.errors import Conflict, DomainError, FieldError, Refused, TooLarge
from marketplace.web.shared import acts as forms
from marketplace.web.shared import choices, locale
from marketplace.web.shared import goods as shown
from marketplace.web.showroom.blueprint import pages

_EDIT = Permission.CATALOG_LISTING_EDIT
_REVIEW = Permission.OPERATOR_LISTING_MODERATE
_FIRST: Final = ("en", "zh", "vi")
SAID: Final[dict[str, Any]] = {
    "show": lazy_gettext("Show it"),
    "decline": lazy_gettext("Decline it"),
    "hide": lazy_gettext("Hide it"),
}


@pages.get("/merchant/storefront")
@requires(_EDIT, twin="GET /api/v1/merchant/storefront")
def storefront() -> str:
    """Show what the public reads of the company, what waits, and the form for something else."""
    return _storefront()


@pages.post("/merchant/storefront")
@requires(_EDIT, twin="POST /api/v1/merchant/storefront")
def submit_storefront() -> Any:
    """Hand in another storefront."""

    def work(session: Any) -> str:
        body, banner = acts.from_form()
        acts.submit(session, body, banner=banner)
        return url_for("showroom.storefront")

    try:
        done = forms.once(work)
    except (Refused, Conflict, TooLarge) as refusal:
        return forms.reshown(_named(refusal), _storefront)
    flash(_("Handed in. The public sees it once we have looked at it; until then the old one stays."), "good")
    return done


@pages.post("/merchant/storefront/withdrawal")
@requires(_EDIT, twin="POST /api/v1/merchant/storefront/withdrawal")
def withdraw_storefront() -> Any:
    """Take the storefront down, and back what waits."""

    def work(session: Any) -> str:
        acts.withdraw(session)
        return url_for("showroom.storefront")

    done = forms.once(work)
    flash(_("Taken down. Your page shows your offers alone now."), "good")
    return done


@pages.get("/operator/storefronts")
@requires(_REVIEW, twin="GET /api/v1/storefronts")
def storefronts() -> str:
    """Show the storefronts that wait, the oldest first."""
    asked = parse(
        requests.FrontQueue, {name: request.args[name] for name in ("state", "cursor") if name in request.args}
    )
    state = asked.state or FrontState.PENDING
    page = queries.queue(reading(), state=state, cursor=asked.cursor)
    return render_template(
        "showroom/storefronts.html",
        rows=page.items,
        states=list(FrontState),
        state=state,
        zone=house_clock(reading()),
        next=url_for("showroom.storefronts", state=state, cursor=page.next) if page.next else None,
        first=url_for("showroom.storefronts", state=state) if asked.cursor else None,
    )


@pages.get("/operator/storefronts/<uuid:version_id>")
@requires(_REVIEW)
def review_storefront(version_id: UUID) -> str:
    """Show a version beside the one that is up."""
    return _review(version_id)


@pages.post("/operator/storefronts/<uuid:version_id>/decision")
@requires(_REVIEW, twin="POST /api/v1/storefronts/{id}/decision")
def decide_storefront(version_id: UUID) -> Any:
    """Show, decline or hide a version."""

    def work(session: Any) -> str:
        acts.decide(session, version_id, parse_form(requests.FrontDecision, request.form))
        return url_for("showroom.storefronts")

    try:
        done = forms.once(work)
    except (Refused, Conflict) as refusal:
        return forms.reshown(refusal, lambda **given: _review(version_id, **given))
    flash(_("Decided, and the merchant is told."), "good")
    return done


def _storefront(**given: Any) -> str:
    session, company_id = reading(), require_actor().company
    up = queries.shown(session, company_id=company_id)
    last = queries.last(session, company_id=company_id)
    return render_template(
        "showroom/storefront.html",
        up=up,
        last=last,
        company_id=company_id,
        first=[pair for pair in choices.languages(LANGUAGES) if pair[0] in _FIRST],
        more=[pair for pair in choices.languages(LANGUAGES) if pair[0] not in _FIRST],
        languages=choices.languages(LANGUAGES),
        picture=shown.picture,
        zone=house_clock(session),
        **{"values": _values(last or up), "errors": {}, "refusal": None, **given},
    )


def _values(row: FrontRow | None) -> dict[str, Any]:
    if row is None:
        return {"locale": locale.current()}
    typed = {f"headlines.{code}": text for code, text in row.headlines.items()}
    typed |= {f"texts.{code}": text for code, text in row.texts.items()}
    banner = {"banner_file_id": row.banner_file_id or "", "banner_alt": row.banner_alt}
    return {"locale": row.source_locale, **banner, **typed}


def _named(refusal: Refused | Conflict | TooLarge) -> DomainError:
    """Name fields as the form does: a text that is missing is missing in the language chosen as the first."""
    if isinstance(refusal, TooLarge):
        return Refused.field("banner", "too_large", str(refusal.facts.get("accepted", "")))
    first = request.form.get("locale", "")
    names: dict[str, str] = {"headlines": f"headlines.{first}", "texts": f"texts.{first}", "banner_file_id": "banner"}
    errors = [
        FieldError(names.get(error.field, error.field), error.code, error.accepted, error.facts)
        for error in refusal.errors
    ]
    return type(refusal)(refusal.code, errors=errors, **refusal.facts)


def _review(version_id: UUID, **given: Any) -> str:
    session = reading()
    row = queries.version(session, version_id=version_id)
    return render_template(
        "showroom/review_storefront.html",
        row=row,
        up=queries.shown(session, company_id=row.company_id),
        decisions=[(act, SAID[act]) for act in DECISIONS if FRONT.allows(row.state, act)],
        picture=shown.picture,
        names=dict(choices.languages(LANGUAGES)),
        zone=house_clock(session),
        **{"values": {}, "errors": {}, "refusal": None, **given},
    )
