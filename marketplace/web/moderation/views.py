"""The reviewers' queue, and one case side by side."""

from typing import Any, Final
from uuid import UUID

from flask import flash, render_template, request, url_for
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from marketplace.accounts import queries as accounts
from marketplace.accounts.rules.permissions import Permission
from marketplace.catalog.queries import goods, prices
from marketplace.catalog.rules.rows import PictureRow, PriceRow, ReviewRow
from marketplace.catalog.rules.states import LISTING
from marketplace.edge.identity import require_actor
from marketplace.edge.parsing import parse, parse_form
from marketplace.edge.permissions import requires
from marketplace.edge.requests import moderation as requests
from marketplace.kernel import clock
from marketplace.kernel.db import reading
from marketplace.kernel.errors import Conflict, Refused
from marketplace.moderation import queries, services
from marketplace.moderation.queries import Filters, appeals, reasons
from marketplace.moderation.rules import CaseKind, CaseState
from marketplace.moderation.rules.risk import Reason
from marketplace.web.moderation import words
from marketplace.web.moderation.blueprint import pages
from marketplace.web.moderation.words import Words
from marketplace.web.shared import acts as forms
from marketplace.web.shared import choices, locale
from marketplace.web.shared import goods as shown

_REVIEW = Permission.OPERATOR_LISTING_MODERATE
_FILTERS: Final = ("kind", "category", "merchant", "country", "reported")


@pages.get("/operator/moderation")
@requires(_REVIEW)
def queue() -> str:
    """Show the cases that wait, what is overdue first, then the riskiest."""
    return shown_queue()


def shown_queue(**given: Any) -> str:
    """Show the queue, after a refusal with what was typed."""
    wanted = {name: request.args[name] for name in (*_FILTERS, "state", "cursor") if name in request.args}
    asked = parse(requests.Queue, wanted)
    session = reading()
    page = queries.queue(session, state=asked.state, filters=filters_of(asked), cursor=asked.cursor)
    is_open = asked.state == CaseState.PENDING and bool(page.items)
    rows = queries.as_seen(session, rows=page.items) if is_open else page.items
    kept: dict[str, Any] = {name: value for name, value in wanted.items() if name in _FILTERS and value}
    chosen = set(request.form.getlist("cases"))
    return render_template(
        "moderation/queue.html",
        rows=[
            {
                "row": row,
                "title": shown.text(row.titles, row.source_locale),
                "kind": words.KINDS[row.kind],
                "why": [words.REASONS[Reason(reason)] for reason in row.risk_points],
                "href": url_for("moderation.case", case_id=row.id, **kept),
                "chosen": f"{row.id}.{row.seen}" in chosen,
                "of_merchant": url_for("moderation.queue", **(kept | {"merchant": row.company_id})),
            }
            for row in rows
        ],
        is_open=is_open,
        decisions=words.decisions(None),
        reasons=words.reasons(reasons.reasons(session)) if is_open else [],
        act=url_for("moderation.decide_many", **kept),
        tabs=[
            {
                "label": state.value,
                "href": url_for("moderation.queue", state=state, **kept),
                "active": state == asked.state,
            }
            for state in CaseState
        ],
        now=clock.now(),
        asked=wanted,
        kinds=[(kind.value, word) for kind, word in words.KINDS.items()],
        categories=[(row.code, shown.text(row.names)) for row in goods.categories(session)],
        countries=choices.countries(),
        merchant=_merchant(session, asked.merchant),
        is_filtered=bool(kept),
        next=url_for("moderation.queue", state=asked.state, **kept, cursor=page.next) if page.next else None,
        first=url_for("moderation.queue", state=asked.state, **kept) if asked.cursor else None,
        **{"values": {}, "errors": {}, "refusal": None, **given},
    )


@pages.get("/operator/moderation/<uuid:case_id>")
@requires(_REVIEW)
def case(case_id: UUID) -> str:
    """Show old and new side by side."""
    return _case(case_id)


def _case(case_id: UUID, **given: Any) -> str:
    session = reading()
    kept = kept_filters()
    found = queries.case(session, case_id=case_id, filters=filters_of(parse(requests.Neighbourhood, kept)))
    review = found.review
    said = Words(session, review)
    is_new = found.case.kind is CaseKind.LISTING
    # Of a case about goods as they stand there is nothing to compare.
    is_compared = is_new or any(each.old is not None for each in review.fields)
    return render_template(
        "moderation/case.html",
        case=found.case,
        review=review,
        noticed=found.noticed,
        title=shown.text(review.titles, review.source_locale),
        kind=words.KINDS[found.case.kind],
        why=[
            {"label": words.REASONS[Reason(reason)], "points": points}
            for reason, points in found.case.risk_points.items()
        ],
        fields=[
            {
                "label": words.FIELDS.get(each.name, each.name),
                "old": said.of(each.name, each.old),
                "new": said.of(each.name, each.new),
            }
            for each in review.fields
            if each.name != "pictures"
        ],
        is_compared=is_compared,
        is_new=is_new or not is_compared,
        prices_before=_prices_before(session, review, said) if found.case.kind is CaseKind.PRICE else [],
        unit=shown.unit(next(each.new for each in review.fields if each.name == "unit")),
        ladders=[shown.ladder(ladder, said.places) for ladder in review.ladders],
        old_pictures=[] if is_new else [_picture(each) for each in review.pictures if each.approved],
        new_pictures=[_picture(each) for each in review.pictures],
        similar=[
            {
                "row": row,
                "title": shown.text(row.titles, row.source_locale),
                "by": words.LIKENESSES[row.by],
                "href": url_for("moderation.listing", listing_id=row.listing_id),
            }
            for row in found.similar
        ],
        reason=found.case.reason_in(locale.current()),
        reports=found.reports,
        statement=found.statement,
        about=found.about,
        about_kind=words.KINDS[found.about.kind] if found.about else "",
        about_reason=found.about.reason_in(locale.current()) if found.about else None,
        of_listing=url_for("moderation.listing", listing_id=found.case.listing_id),
        decisions=words.decisions(found.case.kind),
        reasons=words.reasons(reasons.reasons(session, kind=found.case.kind)),
        is_open=found.case.state is CaseState.PENDING,
        is_of_reader=bool(found.about) and appeals.judge(session, case_id=case_id) == require_actor().person_id,
        back=url_for("moderation.queue", **kept),
        act=url_for("moderation.decide", case_id=case_id, **kept),
        previous=url_for("moderation.case", case_id=found.previous, **kept) if found.previous else None,
        next=url_for("moderation.case", case_id=found.next, **kept) if found.next else None,
        **{"values": {}, "errors": {}, "refusal": None, **given},
    )


def _prices_before(session: Session, review: ReviewRow, said: Words) -> list[dict[str, Any]]:
    """Return on each basis the last prices that were others than those of now, and until when they held."""
    now = {ladder.basis: ladder.tiers for ladder in review.ladders}
    found: dict[Any, dict[str, Any]] = {}
    before: dict[Any, PriceRow] = {}
    for row in prices.history(session, company_id=review.company_id, listing_id=review.listing_id):
        basis, past = row.ladder.basis, before.get(row.ladder.basis)
        if past is not None and past.ladder.tiers and row.ladder.tiers == now.get(basis):
            found[basis] = {"ladder": shown.ladder(past.ladder, said.places), "until": row.at}
        before[basis] = row
    return list(found.values())


@pages.get("/operator/moderation/listings/<uuid:listing_id>")
@requires(_REVIEW)
def listing(listing_id: UUID) -> str:
    """Show any listing as its reviewer sees it, with what it is like and the cases about it."""
    return about(listing_id)


def about(listing_id: UUID, **given: Any) -> str:
    """Show any listing to its reviewer, after a refusal with what was typed."""
    session = reading()
    found = queries.about(session, listing_id=listing_id)
    said = Words(session, found.review)
    return render_template(
        "moderation/listing.html",
        review=found.review,
        title=shown.text(found.review.titles, found.review.source_locale),
        fields=[
            {"label": words.FIELDS.get(each.name, each.name), "value": said.of(each.name, each.new) or "–"}
            for each in found.review.fields
        ],
        pictures=[_picture(each) for each in found.review.pictures],
        similar=[
            {
                "row": row,
                "title": shown.text(row.titles, row.source_locale),
                "by": words.LIKENESSES[row.by],
                "href": url_for("moderation.listing", listing_id=row.listing_id),
            }
            for row in found.similar
        ],
        cases=[
            {"row": row, "kind": words.KINDS[row.kind], "href": url_for("moderation.case", case_id=row.id)}
            for row in found.cases
        ],
        can_take_down=LISTING.allows(found.review.state, "take_down"),
        reasons=words.reasons(reasons.reasons(session, kind=CaseKind.TAKEDOWN)),
        **{"values": {}, "errors": {}, "refusal": None, **given},
    )


@pages.post("/operator/moderation/<uuid:case_id>/decision")
@requires(_REVIEW, twin="POST /api/v1/moderation/{id}/decision")
def decide(case_id: UUID) -> Any:
    """Decide a case, once; the next that waits follows."""
    kept = kept_filters()
    filters = filters_of(parse(requests.Neighbourhood, kept))

    def work(session: Session) -> str:
        body = parse_form(requests.Decision, request.form)
        following = queries.following(session, case_id=case_id, filters=filters)
        services.decide(
            session,
            actor=require_actor(),
            case_id=case_id,
            decision=body.decision,
            reason=body.reason or "",
            canned=body.canned,
            seen=body.seen,
            now=clock.now(),
        )
        if following is None:
            return url_for("moderation.queue", **kept)
        return url_for("moderation.case", case_id=following, **kept)

    try:
        done = forms.once(work)
    except (Refused, Conflict) as refusal:
        return forms.reshown(refusal, lambda **given: _case(case_id, **given))
    flash(_("Decided. The merchant is told."), "good")
    return done


def kept_filters() -> dict[str, Any]:
    """Return the filters of the queue that a page below it carries along."""
    return {name: request.args[name] for name in _FILTERS if request.args.get(name)}


def filters_of(asked: requests.Neighbourhood) -> Filters:
    """Return which cases are wanted."""
    return Filters(asked.kind, asked.category, asked.merchant, asked.country, asked.reported)


def _merchant(session: Session, company_id: UUID | None) -> str | None:
    """Return the name of the merchant whose cases alone are wanted."""
    if company_id is None:
        return None
    found = accounts.get_companies(session, company_ids=[company_id]).get(company_id)
    return found.name if found else None


def _picture(row: PictureRow) -> dict[str, Any]:
    return {
        "src": shown.picture(row.file_id, 320),
        "alt": row.alt,
        "caption": row.alt or _("no description"),
        "main": False,
        "is_new": not row.approved,
    }
