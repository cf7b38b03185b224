"""Reviews over the API."""

from uuid import UUID

from flask import Blueprint

from marketplace.accounts.rules.permissions import Permission
from marketplace.api.moderation import answers
from marketplace.api.shared.answers import Created, Items
from marketplace.api.shared.operations import operation
from marketplace.catalog.queries import own
from marketplace.edge.acts import moderation as acts
from marketplace.edge.acts.accounts import language_asked
from marketplace.edge.identity import current_actor, require_actor
from marketplace.edge.requests import moderation as requests
from marketplace.kernel import clock
from marketplace.kernel.db import in_unit_of_work, reading
from marketplace.kernel.errors import NotFound
from marketplace.moderation import flows, queries, services
from marketplace.moderation.queries import Filters, appeals, reasons
from marketplace.moderation.rules.reasons import is_code
from marketplace.moderation.services import appealing
from marketplace.moderation.services import wording as writing

api = Blueprint("api_moderation", __name__)

_REVIEW = Permission.OPERATOR_LISTING_MODERATE


@api.get("/moderation")
@operation(answers={200: Items[answers.Case]}, tag="moderation", permission=_REVIEW, query=requests.Queue)
def queue(query: requests.Queue) -> tuple[int, Items[answers.Case]]:
    """List the cases that wait, what is overdue first, then the riskiest."""
    page = queries.queue(reading(), state=query.state, filters=_filters(query), cursor=query.cursor)
    return 200, Items[answers.Case](items=[answers.Case.of(row) for row in page.items], next=page.next)


@api.get("/moderation/<uuid:case_id>")
@operation(answers={200: answers.CaseDetail}, tag="moderation", permission=_REVIEW, query=requests.Neighbourhood)
def case(case_id: UUID, query: requests.Neighbourhood) -> tuple[int, answers.CaseDetail]:
    """Show a case with old and new side by side, between its neighbours in the queue as filtered."""
    return 200, answers.CaseDetail.of(queries.case(reading(), case_id=case_id, filters=_filters(query)))


@api.post("/moderation/<uuid:case_id>/decision")
@operation(answers={200: answers.Decided}, tag="moderation", permission=_REVIEW, body=requests.Decision)
def decide(case_id: UUID, body: requests.Decision) -> tuple[int, answers.Decided]:
    """Decide a case: approve, request_changes or reject; once, whoever else tries."""
    actor, now = require_actor(), clock.now()
    state = in_unit_of_work(
        lambda session: services.decide(
            session,
            actor=actor,
            case_id=case_id,
            decision=body.decision,
            reason=body.reason or "",
            canned=body.canned,
            seen=body.seen,
            now=now,
        )
    )
    return 200, answers.Decided(id=case_id, state=state)


@api.post("/moderation/decisions")
@operation(answers={200: Items[answers.Outcome]}, tag="moderation", permission=_REVIEW, body=requests.Decisions)
def decide_many(body: requests.Decisions) -> tuple[int, Items[answers.Outcome]]:
    """Decide many cases alike, each by itself; the answer tells of each what became of it."""
    done = flows.decide_each(
        actor=require_actor(),
        seen={each.id: each.seen for each in body.cases},
        decision=body.decision,
        reason=body.reason or "",
        canned=body.canned,
        now=clock.now(),
    )
    return 200, Items[answers.Outcome](items=[answers.Outcome.of(*each) for each in done.items()], next=None)


@api.post("/listings/<uuid:listing_id>/reports")
@operation(
    answers={201: Created},
    tag="moderation",
    public_because="anybody may say what is wrong with goods",
    body=requests.Report,
)
def report(listing_id: UUID, body: requests.Report) -> tuple[int, Created]:
    """Report a listing; the merchant never hears by whom, the reporter hears what became of it."""
    actor = current_actor()
    language = language_asked()
    made = acts.report(actor, listing_id=listing_id, body=body, locale=language, now=clock.now())
    return 201, Created(id=made)


@api.post("/listings/<uuid:listing_id>/takedown")
@operation(answers={201: Created}, tag="moderation", permission=_REVIEW, body=requests.TakeDown)
def take_down(listing_id: UUID, body: requests.TakeDown) -> tuple[int, Created]:
    """Take a listing off the shelf at once; what was ordered goes on. Answers the case, which may be appealed once."""
    actor, now = require_actor(), clock.now()
    made = in_unit_of_work(
        lambda session: services.take_down(
            session, actor=actor, listing_id=listing_id, reason=body.reason or "", canned=body.canned, now=now
        )
    )
    return 201, Created(id=made)


@api.get("/listings/<uuid:listing_id>/appeal")
@operation(answers={200: answers.AppealAnswer}, tag="moderation", permission=Permission.CATALOG_LISTING_EDIT)
def appeal_of(listing_id: UUID) -> tuple[int, answers.AppealAnswer]:
    """Tell whether the latest decision against a listing may be appealed against, and of an appeal that waits."""
    session, company_id = reading(), require_actor().company
    own.own_listing(session, company_id=company_id, listing_id=listing_id)
    waits = appeals.waiting(session, listing_id=listing_id)
    found = None if waits else appeals.appealable(session, listing_id=listing_id, now=clock.now())
    return 200, answers.AppealAnswer.of(found, waits)


@api.post("/listings/<uuid:listing_id>/appeal")
@operation(answers={201: Created}, tag="moderation", permission=Permission.CATALOG_LISTING_EDIT, body=requests.Appeal)
def appeal(listing_id: UUID, body: requests.Appeal) -> tuple[int, Created]:
    """Ask another reviewer to look again at the latest decision against a listing, once."""
    actor, now = require_actor(), clock.now()
    made = in_unit_of_work(
        lambda session: appealing.appeal(session, actor=actor, listing_id=listing_id, text=body.text, now=now)
    )
    return 201, Created(id=made)


@api.get("/review-reasons")
@operation(
    answers={200: Items[answers.ReviewReason]},
    tag="moderation",
    public_because="merchants know beforehand for what a listing is turned down",
)
def review_reasons() -> tuple[int, Items[answers.ReviewReason]]:
    """List the reasons that reviewers choose from."""
    rows = [answers.ReviewReason.of(row) for row in reasons.reasons(reading())]
    return 200, Items[answers.ReviewReason](items=rows, next=None)


@api.put("/review-reasons/<code>")
@operation(answers={204: None}, tag="moderation", permission=Permission.OPERATOR_SETTINGS_EDIT, body=requests.Reason)
def put_reason(code: str, body: requests.Reason) -> tuple[int, None]:
    """Write a reason, or let it say something else from now on; what was told before stays as it read."""
    if not is_code(code):
        raise NotFound("review_reason")
    actor, now = require_actor(), clock.now()
    in_unit_of_work(
        lambda session: writing.put_reason(
            session,
            actor=actor,
            code=code,
            texts=body.texts,
            kinds=body.kinds,
            position=body.position,
            retired=body.retired,
            now=now,
        )
    )
    return 204, None


def _filters(query: requests.Neighbourhood) -> Filters:
    return Filters(query.kind, query.category, query.merchant, query.country, query.reported)
