"""Off the shelf and back: anybody reports a listing, a reviewer takes it down, its merchant appeals."""

from typing import Any, Final
from uuid import UUID

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext
from sqlalchemy.orm import Session

from marketplace.accounts.rules.permissions import Permission
from marketplace.catalog.queries import own, shelf
from marketplace.edge.acts import moderation as acts
from marketplace.edge.identity import current_actor, require_actor
from marketplace.edge.parsing import parse_form
from marketplace.edge.permissions import public, requires
from marketplace.edge.requests import moderation as requests
from marketplace.kernel import clock
from marketplace.kernel.db import reading
from marketplace.kernel.errors import Conflict, DomainError, NotFound, Refused
from marketplace.moderation import queries, services
from marketplace.moderation.queries import appeals
from marketplace.moderation.rules.reports import ReportKind
from marketplace.moderation.services import appealing
from marketplace.web.moderation import views, words
from marketplace.web.moderation.blueprint import pages
from marketplace.web.shared import acts as forms
from marketplace.web.shared import goods as shown
from marketplace.web.shared import locale

WRONG: Final[dict[ReportKind, Any]] = {
    ReportKind.COUNTERFEIT: lazy_gettext("Counterfeit goods or a brand that is not theirs"),
    ReportKind.PROHIBITED: lazy_gettext("Goods that may not be traded"),
    ReportKind.WRONG_INFORMATION: lazy_gettext("What it says is wrong"),
    ReportKind.COPIED_PICTURES: lazy_gettext("Pictures or text of somebody else"),
    ReportKind.OTHER: lazy_gettext("Something else"),
}


@pages.get("/products/<uuid:listing_id>/report")
@public("anybody may say what is wrong with goods")
def reporting(listing_id: UUID) -> str:
    """Ask what is wrong with a listing."""
    return _report(listing_id)


def _report(listing_id: UUID, **given: Any) -> str:
    offer = shelf.offers(reading(), listing_ids=[listing_id], viewer=None).get(listing_id)
    if offer is None:
        raise NotFound("listing")
    return render_template(
        "moderation/report.html",
        offer=offer,
        title=shown.text(offer.titles, offer.source_locale),
        wrong=[{"value": kind.value, "title": word} for kind, word in WRONG.items()],
        is_stranger=current_actor() is None,
        **{"values": {}, "errors": {}, "refusal": None, **given},
    )


@pages.post("/products/<uuid:listing_id>/report")
@public("anybody may say what is wrong with goods", twin="POST /api/v1/listings/{id}/reports")
def report(listing_id: UUID) -> Any:
    """Hand in what is wrong with a listing."""
    try:
        body = parse_form(requests.Report, request.form)
        acts.report(current_actor(), listing_id=listing_id, body=body, locale=locale.current(), now=clock.now())
    except NotFound:
        raise
    except DomainError as refusal:
        return forms.reshown(refusal, lambda **given: _report(listing_id, **given))
    flash(_("Thank you. A reviewer looks at it."), "good")
    return redirect(url_for("catalog.product", listing_id=listing_id), 303)


@pages.post("/operator/moderation/listings/<uuid:listing_id>/takedown")
@requires(Permission.OPERATOR_LISTING_MODERATE, twin="POST /api/v1/listings/{id}/takedown")
def take_down(listing_id: UUID) -> Any:
    """Take a listing off the shelf at once."""

    def work(session: Session) -> str:
        body = parse_form(requests.TakeDown, request.form)
        services.take_down(
            session,
            actor=require_actor(),
            listing_id=listing_id,
            reason=body.reason or "",
            canned=body.canned,
            now=clock.now(),
        )
        return url_for("moderation.listing", listing_id=listing_id)

    try:
        done = forms.once(work)
    except (Refused, Conflict) as refusal:
        return forms.reshown(refusal, lambda **given: views.about(listing_id, **given))
    flash(_("The listing is off the shelf. The merchant is told."), "good")
    return done


@pages.get("/merchant/listings/<uuid:listing_id>/appeal")
@requires(Permission.CATALOG_LISTING_EDIT)
def appealing_page(listing_id: UUID) -> str:
    """Ask why another reviewer should look again."""
    return _appeal(listing_id)


def _appeal(listing_id: UUID, **given: Any) -> str:
    session, company_id = reading(), require_actor().company
    row = own.own_listing(session, company_id=company_id, listing_id=listing_id)
    found = appeals.appealable(session, listing_id=listing_id, now=clock.now())
    about = queries.some(session, case_ids=[found.case_id])[0] if found else None
    return render_template(
        "moderation/appeal.html",
        row=row,
        found=found,
        kind=words.KINDS[found.kind] if found else "",
        reason=about.reason_in(locale.current()) if about else None,
        **{"values": {}, "errors": {}, "refusal": None, **given},
    )


@pages.post("/merchant/listings/<uuid:listing_id>/appeal")
@requires(Permission.CATALOG_LISTING_EDIT, twin="POST /api/v1/listings/{id}/appeal")
def appeal(listing_id: UUID) -> Any:
    """Ask another reviewer to look again, once."""

    def work(session: Session) -> str:
        body = parse_form(requests.Appeal, request.form)
        appealing.appeal(session, actor=require_actor(), listing_id=listing_id, text=body.text, now=clock.now())
        return url_for("catalog.edit", listing_id=listing_id)

    try:
        done = forms.once(work)
    except (Refused, Conflict) as refusal:
        return forms.reshown(refusal, lambda **given: _appeal(listing_id, **given))
    flash(_("Another reviewer looks again, and you are told."), "good")
    return done
