"""Questions about goods: everybody's page of them, what a company asked, what a merchant owes an answer to."""

from typing import Any
from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _

from marketplace.accounts.rules.permissions import Permission
from marketplace.catalog.queries import shelf
from marketplace.catalog.rules.texts import LANGUAGES
from marketplace.edge.acts import remarks as acts
from marketplace.edge.identity import require_actor
from marketplace.edge.parsing import parse, parse_form
from marketplace.edge.permissions import public, requires
from marketplace.edge.requests import remarks as requests
from marketplace.edge.requests.payments import CursorQuery
from marketplace.exchange.queries import questions as queries
from marketplace.exchange.rules.questions import QuestionState
from marketplace.kernel import clock
from marketplace.kernel.db import in_unit_of_work, reading
from marketplace.kernel.errors import Conflict, Refused, TooMany
from marketplace.web.shared import acts as forms
from marketplace.web.shared import choices, locale
from marketplace.web.shared import goods as shown

pages = Blueprint("questions", __name__)

_ASK = Permission.EXCHANGE_QUESTION_ASK
_ANSWER = Permission.EXCHANGE_ANSWER_WRITE
_REFUSED = (Refused, Conflict, TooMany)


@pages.get("/products/<uuid:listing_id>/questions")
@public("what is answered in public is there to be read")
def about(listing_id: UUID) -> str:
    """Show what was asked about a listing and answered; whoever may asks here."""
    return _about(listing_id)


@pages.post("/account/questions/<uuid:listing_id>")
@requires(_ASK, twin="POST /api/v1/listings/{id}/questions")
def ask(listing_id: UUID) -> Any:
    """Ask the merchant."""
    try:
        body = parse_form(requests.Question, request.form)
        done = forms.once(lambda session: _asked(session, listing_id, body))
    except _REFUSED as refusal:
        return forms.reshown(refusal, lambda **back: _about(listing_id, **back))
    flash(_("Your question is with the merchant."), "good")
    return done


def _asked(session: Any, listing_id: UUID, body: requests.Question) -> str:
    acts.ask(session, listing_id, body, reads=locale.current())
    return url_for("questions.mine")


def _about(listing_id: UUID, **back: Any) -> str:
    session, cursor = reading(), _cursor()
    row = shelf.listing(session, listing_id=listing_id, viewer=None)
    page = queries.shown(session, listing_id=listing_id, cursor=cursor, size=queries.PAGE)
    return render_template(
        "questions/about.html",
        row=row,
        title=shown.text(row.offer.titles, row.offer.source_locale),
        title_lang=shown.written_in(row.offer.titles, row.offer.source_locale),
        rows=page.items,
        languages=choices.languages(LANGUAGES),
        next=url_for("questions.about", listing_id=listing_id, cursor=page.next) if page.next else None,
        first=url_for("questions.about", listing_id=listing_id) if cursor else None,
        **{"values": {}, "errors": {}, "refusal": None, **back},
    )


@pages.get("/account/questions")
@requires(_ASK, twin="GET /api/v1/questions")
def mine() -> str:
    """Show what the company asked, and what was answered."""
    cursor = _cursor()
    page = queries.asked(reading(), company_id=require_actor().company, cursor=cursor)
    return render_template(
        "questions/mine.html",
        rows=[_told(row) for row in page.items],
        now=clock.now(),
        next=url_for("questions.mine", cursor=page.next) if page.next else None,
        first=url_for("questions.mine") if cursor else None,
    )


@pages.post("/account/questions/<uuid:question_id>/withdrawal")
@requires(_ASK, twin="POST /api/v1/questions/{id}/withdrawal")
def withdraw(question_id: UUID) -> Any:
    """Take a question back."""
    in_unit_of_work(lambda session: acts.withdraw(session, question_id))
    flash(_("The question is taken back."), "good")
    return redirect(url_for("questions.mine"), 303)


@pages.get("/merchant/questions")
@requires(_ANSWER, twin="GET /api/v1/questions/received")
def owed() -> str:
    """Show questions about the company's goods, those that wait first."""
    asked = parse(requests.Owed, {name: request.args[name] for name in ("state", "cursor") if name in request.args})
    page = queries.owed(reading(), merchant_id=require_actor().company, state=asked.state, cursor=asked.cursor)
    words = {
        QuestionState.WAITING: _("Waiting"),
        QuestionState.ANSWERED: _("Answered"),
        QuestionState.WITHDRAWN: _("Taken back"),
    }
    return render_template(
        "questions/owed.html",
        rows=[_told(row) for row in page.items],
        now=clock.now(),
        tabs=[
            {"label": word, "href": url_for("questions.owed", state=state), "active": state is asked.state}
            for state, word in words.items()
        ],
        next=url_for("questions.owed", state=asked.state, cursor=page.next) if page.next else None,
        first=url_for("questions.owed", state=asked.state) if asked.cursor else None,
    )


@pages.get("/merchant/questions/<uuid:question_id>")
@requires(_ANSWER, twin="GET /api/v1/questions/received")
def one(question_id: UUID) -> str:
    """Show a question with the form of its answer."""
    return _one(question_id)


@pages.post("/merchant/questions/<uuid:question_id>")
@requires(_ANSWER, twin="POST /api/v1/questions/{id}/answer")
def answer(question_id: UUID) -> Any:
    """Answer a question."""
    try:
        body = parse_form(requests.Answer, request.form)
        done = forms.once(lambda session: _answered(session, question_id, body))
    except _REFUSED as refusal:
        return forms.reshown(refusal, lambda **back: _one(question_id, **back))
    flash(_("Answered."), "good")
    return done


def _answered(session: Any, question_id: UUID, body: requests.Answer) -> str:
    acts.answer(session, question_id, body, reads=locale.current())
    return url_for("questions.owed")


def _one(question_id: UUID, **back: Any) -> str:
    row = queries.question(reading(), question_id=question_id, company_id=require_actor().company)
    return render_template(
        "questions/one.html",
        told=_told(row),
        now=clock.now(),
        languages=choices.languages(LANGUAGES),
        is_open=row.state is QuestionState.WAITING and row.merchant_id == require_actor().company,
        **{"values": {}, "errors": {}, "refusal": None, **back},
    )


def _told(row: queries.QuestionRow) -> dict[str, Any]:
    return {
        "row": row,
        "title": shown.text(row.titles, row.source_locale),
        "title_lang": shown.written_in(row.titles, row.source_locale),
        "href": url_for("catalog.product", listing_id=row.listing_id),
    }


def _cursor() -> str | None:
    return parse(CursorQuery, {name: request.args[name] for name in ("cursor",) if name in request.args}).cursor
