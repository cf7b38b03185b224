"""Reviews of received goods: everybody's page of them, what a company may review, a merchant's replies."""

from typing import Any
from uuid import UUID

from flask import Blueprint, flash, render_template, request, url_for
from flask_babel import gettext as _

from marketplace.accounts.rules.permissions import Permission
from marketplace.catalog.queries import shelf
from marketplace.catalog.rules.texts import LANGUAGES
from marketplace.edge.acts import reviews as acts
from marketplace.edge.acts import sellers
from marketplace.edge.identity import require_actor
from marketplace.edge.parsing import parse, parse_form
from marketplace.edge.permissions import public, requires
from marketplace.edge.requests import reviews as requests
from marketplace.edge.requests.payments import CursorQuery
from marketplace.exchange.queries import reviews as queries
from marketplace.exchange.rules.reviews import open_until
from marketplace.kernel import clock
from marketplace.kernel.db import reading
from marketplace.kernel.errors import Conflict, Refused
from marketplace.reference import queries as reference
from marketplace.reference.rules import Setting
from marketplace.web.shared import acts as forms
from marketplace.web.shared import choices, locale
from marketplace.web.shared import goods as shown

pages = Blueprint("reviews", __name__)

_WRITE = Permission.TRADE_ORDER_ACCEPT
_ANSWER = Permission.EXCHANGE_ANSWER_WRITE
_PUBLIC = "what buyers say of goods is there to be read"


@pages.get("/products/<uuid:listing_id>/reviews")
@public(_PUBLIC)
def about(listing_id: UUID) -> str:
    """Show what buyers say of a listing."""
    session, cursor = reading(), _cursor()
    row = shelf.listing(session, listing_id=listing_id, viewer=None)
    page = queries.shown(session, listing_id=listing_id, cursor=cursor, size=queries.PAGE)
    address = url_for("reviews.about", listing_id=listing_id)
    return render_template(
        "reviews/about.html",
        said=row.said,
        merchant=row.merchant,
        title=shown.text(row.offer.titles, row.offer.source_locale),
        title_lang=shown.written_in(row.offer.titles, row.offer.source_locale),
        href=url_for("catalog.product", listing_id=listing_id),
        rows=page.items,
        next=f"{address}?cursor={page.next}" if page.next else None,
        first=address if cursor else None,
    )


@pages.get("/merchants/<uuid:company_id>/reviews")
@public(_PUBLIC)
def of_merchant(company_id: UUID) -> str:
    """Show what buyers say of a merchant's goods."""
    session, cursor = reading(), _cursor()
    found = sellers.seller(session, company_id=company_id)
    page = queries.shown(session, merchant_id=company_id, cursor=cursor, size=queries.PAGE)
    address = url_for("reviews.of_merchant", company_id=company_id)
    return render_template(
        "reviews/about.html",
        said=queries.figures(session, merchant_id=company_id),
        merchant=found.name,
        title=found.name,
        title_lang=None,
        href=url_for("catalog.seller", company_id=company_id),
        rows=page.items,
        next=f"{address}?cursor={page.next}" if page.next else None,
        first=address if cursor else None,
    )


@pages.get("/account/reviews")
@requires(_WRITE, twin="GET /api/v1/reviews")
def mine() -> str:
    """Show what the company received and may review."""
    cursor = _cursor()
    page = queries.mine(reading(), company_id=require_actor().company, cursor=cursor)
    return render_template(
        "reviews/mine.html",
        rows=[_told(row) for row in page.items],
        next=url_for("reviews.mine", cursor=page.next) if page.next else None,
        first=url_for("reviews.mine") if cursor else None,
    )


@pages.get("/account/reviews/<uuid:line_id>")
@requires(_WRITE, twin="GET /api/v1/reviews")
def one(line_id: UUID) -> str:
    """Show the company's review of an order line, with its form."""
    return _one(line_id)


@pages.post("/account/reviews/<uuid:line_id>")
@requires(_WRITE, twin="PUT /api/v1/order-lines/{id}/review")
def write(line_id: UUID) -> Any:
    """Review what was received, or change the review."""
    try:
        body = parse_form(requests.Review, request.form)
        done = forms.once(lambda session: _written(session, line_id, body))
    except (Refused, Conflict) as refusal:
        return forms.reshown(refusal, lambda **back: _one(line_id, **back))
    flash(_("Thank you. Your review is there for everybody to read."), "good")
    return done


def _written(session: Any, line_id: UUID, body: requests.Review) -> str:
    acts.write(session, line_id, body, reads=locale.current())
    return url_for("reviews.one", line_id=line_id)


def _one(line_id: UUID, **back: Any) -> str:
    session, now = reading(), clock.now()
    row = queries.right(session, line_id=line_id, company_id=require_actor().company)
    days = reference.setting(session, Setting.REVIEW_CHANGE_DAYS, at=now)
    until = open_until(row.written_at, days) if row.written_at else None
    kept = {
        "goods": row.goods,
        "packing": row.packing,
        "on_time": row.on_time,
        "text": row.body,
        "language": row.language if row.body else "",
        "named": row.is_named,
        "version": row.version,
    }
    return render_template(
        "reviews/one.html",
        told=_told(row),
        until=until,
        days=days,
        is_open=until is None or now <= until,
        marks=[{"value": mark, "title": title} for mark, title in _marks()],
        languages=choices.languages(LANGUAGES),
        **{"values": kept, "errors": {}, "refusal": None, **back},
    )


def _marks() -> list[tuple[int, str]]:
    return [(5, _("5 – very good")), (4, _("4 – good")), (3, _("3 – fair")), (2, _("2 – poor")), (1, _("1 – bad"))]


@pages.get("/merchant/reviews")
@requires(_ANSWER, twin="GET /api/v1/reviews/received")
def received() -> str:
    """Show the reviews of the company's goods."""
    session, cursor, company_id = reading(), _cursor(), require_actor().company
    page = queries.received(session, merchant_id=company_id, cursor=cursor)
    return render_template(
        "reviews/received.html",
        rows=[_told(row) for row in page.items],
        said=queries.figures(session, merchant_id=company_id),
        next=url_for("reviews.received", cursor=page.next) if page.next else None,
        first=url_for("reviews.received") if cursor else None,
    )


@pages.get("/merchant/reviews/<uuid:review_id>")
@requires(_ANSWER, twin="GET /api/v1/reviews/received")
def answer(review_id: UUID) -> str:
    """Show a review of the company's goods with the form of its reply."""
    return _answer(review_id)


@pages.post("/merchant/reviews/<uuid:review_id>")
@requires(_ANSWER, twin="POST /api/v1/reviews/{id}/reply")
def reply(review_id: UUID) -> Any:
    """Reply to a review."""
    try:
        body = parse_form(requests.Reply, request.form)
        done = forms.once(lambda session: _replied(session, review_id, body))
    except (Refused, Conflict) as refusal:
        return forms.reshown(refusal, lambda **back: _answer(review_id, **back))
    flash(_("Your reply is there for everybody to read."), "good")
    return done


def _replied(session: Any, review_id: UUID, body: requests.Reply) -> str:
    acts.reply(session, review_id, body, reads=locale.current())
    return url_for("reviews.received")


def _answer(review_id: UUID, **back: Any) -> str:
    row = queries.review(reading(), review_id=review_id, merchant_id=require_actor().company)
    return render_template(
        "reviews/answer.html",
        told=_told(row),
        languages=choices.languages(LANGUAGES),
        **{"values": {}, "errors": {}, "refusal": None, **back},
    )


def _told(row: queries.ReviewRow | queries.ReceivedReview) -> dict[str, Any]:
    return {
        "row": row,
        "title": shown.text(row.titles, row.source_locale),
        "title_lang": shown.written_in(row.titles, row.source_locale),
        "href": url_for("catalog.product", listing_id=row.listing_id),
    }


def _cursor() -> str | None:
    return parse(CursorQuery, {name: request.args[name] for name in ("cursor",) if name in request.args}).cursor
