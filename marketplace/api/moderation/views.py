"""Reviews over the API."""

from uuid import UUID

from flask import Blueprint

from marketplace.accounts.rules.permissions import Permission
from marketplace.api.moderation import answers
from marketplace.api.shared.answers import Items
from marketplace.api.shared.operations import operation
from marketplace.edge.identity import require_actor
from marketplace.edge.requests import moderation as requests
from marketplace.kernel import clock
from marketplace.kernel.db import in_unit_of_work, reading
from marketplace.moderation import queries, services
from marketplace.moderation.queries import Filters

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
            seen=body.seen,
            now=now,
        )
    )
    return 200, answers.Decided(id=case_id, state=state)


def _filters(query: requests.Neighbourhood) -> Filters:
    return Filters(query.kind, query.category, query.merchant, query.country)
