"""What a merchant has in distribution centres, what it announces, proves and sells from there."""

from typing import Any
from uuid import UUID

from flask import render_template, request, url_for
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from marketplace.accounts.rules.permissions import Permission
from marketplace.edge.acts import centres as acts
from marketplace.edge.acts.files import attached
from marketplace.edge.parsing import parse, parse_form
from marketplace.edge.permissions import requires
from marketplace.edge.requests import centres as requests
from marketplace.edge.requests.payments import CursorQuery
from marketplace.web.centres import shown
from marketplace.web.centres.blueprint import pages
from marketplace.web.shared import centres as words

_OWN = Permission.CATALOG_LISTING_EDIT


@pages.get("/merchant/centres")
@requires(_OWN, twin="GET /api/v1/centre-stock")
def stock() -> str:
    """Show what one has in distribution centres, and what must leave bond first."""
    return _stock()


def _stock(**given: Any) -> str:
    asked = parse(CursorQuery, request.args.to_dict() if request.method == "GET" else {})
    page = acts.own_stock(asked.cursor)
    offers = acts.own_offers()
    proofs = acts.own_proofs()
    named = acts.names([row.listing_id for row in (*offers, *proofs)])
    return render_template(
        "centres/stock.html",
        lots=shown.lots(page.items),
        arrivals=shown.arrivals(acts.own_announcements()),
        proofs=[
            {"row": row, "title": shown.title(named[row.listing_id]), "kind": requests.PROOFS[row.kind]}
            for row in proofs
        ],
        offers=[{"row": row, "title": shown.title(named[row.listing_id]), "said": words.said(row)} for row in offers],
        next=url_for("centres.stock", cursor=page.next) if page.next else None,
        first=url_for("centres.stock") if asked.cursor else None,
        **{**shown.BLANK, **given},
    )


@pages.get("/merchant/centres.csv")
@requires(_OWN, twin="GET /api/v1/centre-stock.csv")
def table() -> Any:
    """Give what one has in distribution centres as CSV."""
    return attached(acts.table(), media_type="text/csv; charset=utf-8", name="centre-stock.csv")


@pages.get("/merchant/centres/announcements")
@requires(_OWN)
def new_announcement() -> str:
    """Ask what comes to which centre."""
    return _new_announcement()


def _choices() -> dict[str, Any]:
    return {
        "centres": [(str(row.id), shown.place(row)) for row in acts.every_centre()],
        "listings": [(str(key), f"{named.sku} · {shown.title(named)}") for key, named in acts.own_listings().items()],
    }


def _new_announcement(**given: Any) -> str:
    brokers = [(str(row.id), row.name) for row in acts.brokers()]
    return render_template("centres/announce.html", brokers=brokers, **_choices(), **{**shown.BLANK, **given})


@pages.post("/merchant/centres/announcements")
@requires(_OWN, twin="POST /api/v1/centre-stock/announcements")
def announce() -> Any:
    """Announce goods to a centre."""

    def work(session: Session) -> str:
        acts.announce(session, parse_form(requests.AnnouncementBody, request.form))
        return url_for("centres.stock")

    return shown.done(work, _("The centre expects them."), _new_announcement)


@pages.post("/merchant/centres/announcements/<uuid:arrival_id>/withdrawal")
@requires(_OWN, twin="POST /api/v1/centre-stock/announcements/{id}/withdrawal")
def withdraw(arrival_id: UUID) -> Any:
    """Take an announcement back."""

    def work(session: Session) -> str:
        acts.withdraw(session, arrival_id)
        return url_for("centres.stock")

    return shown.done(work, _("Withdrawn."), lambda **given: _stock(**{**given, "values": {}}))


@pages.get("/merchant/centres/proofs")
@requires(_OWN, twin="GET /api/v1/origin-proofs")
def new_proof() -> str:
    """Ask for an origin proof."""
    return _new_proof()


def _new_proof(**given: Any) -> str:
    return render_template("centres/proof.html", kinds=shown.proof_kinds(), **_choices(), **{**shown.BLANK, **given})


@pages.post("/merchant/centres/proofs")
@requires(_OWN, twin="POST /api/v1/origin-proofs")
def show_proof() -> Any:
    """Enter an origin proof."""

    def work(session: Session) -> str:
        acts.show_proof(session, parse_form(requests.ProofBody, request.form))
        return url_for("centres.stock")

    return shown.done(work, _("The proof counts."), _new_proof)


@pages.get("/merchant/centres/offers")
@requires(_OWN, twin="GET /api/v1/centre-offers")
def new_offer() -> str:
    """Ask from which centre a listing is sold."""
    return _new_offer()


def _new_offer(**given: Any) -> str:
    return render_template("centres/offer.html", statuses=shown.statuses(), **_choices(), **{**shown.BLANK, **given})


@pages.post("/merchant/centres/offers")
@requires(_OWN, twin="PUT /api/v1/centre-offers")
def offer() -> Any:
    """Sell a listing from a centre."""

    def work(session: Session) -> str:
        acts.offer(session, parse_form(requests.OfferBody, request.form))
        return url_for("centres.stock")

    return shown.done(work, _("Buyers read it on the listing."), _new_offer)


@pages.post("/merchant/centres/offers/<uuid:listing_id>/<uuid:centre_id>/ending")
@requires(_OWN, twin="DELETE /api/v1/centre-offers/{id}/{id}")
def end_offer(listing_id: UUID, centre_id: UUID) -> Any:
    """Sell a listing from a centre no more."""

    def work(session: Session) -> str:
        acts.end_offer(session, listing_id, centre_id)
        return url_for("centres.stock")

    return shown.done(work, _("Sold from there no more."), lambda **given: _stock(**{**given, "values": {}}))
