"""The days on which one's company is closed, over the API."""

from datetime import date
from uuid import UUID

from flask import Blueprint

from marketplace.accounts.queries import closures as queries
from marketplace.accounts.queries.closures import ClosureRow
from marketplace.accounts.rules.permissions import Permission
from marketplace.api.shared.answers import Answer, Created, Instant, Items
from marketplace.api.shared.operations import operation
from marketplace.edge.acts import closures as acts
from marketplace.edge.identity import require_actor
from marketplace.edge.requests.closures import Closure
from marketplace.edge.requests.payments import CursorQuery
from marketplace.kernel.db import in_unit_of_work, reading

api = Blueprint("api_closures", __name__)

_EDIT = Permission.COMPANY_CLOSURES_EDIT


class ClosureAnswer(Answer):
    """Days on which parts of a company are closed, both included, in its own zone; ``words`` by language."""

    id: UUID
    parts: list[str]
    first_day: date
    last_day: date
    words: dict[str, str]
    entered_at: Instant
    withdrawn_at: Instant | None

    @classmethod
    def of(cls, row: ClosureRow) -> "ClosureAnswer":
        """Write a closure."""
        return cls(
            id=row.id,
            parts=[part.value for part in row.parts],
            first_day=row.first_day,
            last_day=row.last_day,
            words=dict(row.words),
            entered_at=row.entered_at,
            withdrawn_at=row.withdrawn_at,
        )


@api.get("/merchant/closures")
@operation(answers={200: Items[ClosureAnswer]}, tag="merchants", permission=_EDIT, query=CursorQuery)
def closures(query: CursorQuery) -> tuple[int, Items[ClosureAnswer]]:
    """List the closures of the company one acts for, the last entered first; past and withdrawn ones too."""
    page = queries.closures_of(reading(), company_id=require_actor().company, cursor=query.cursor)
    return 200, Items[ClosureAnswer](items=[ClosureAnswer.of(row) for row in page.items], next=page.next)


@api.post("/merchant/closures")
@operation(answers={201: Created}, tag="merchants", permission=_EDIT, body=Closure)
def enter(body: Closure) -> tuple[int, Created]:
    """Close parts of one's company for some days, from today on; the same part may not be closed twice on a day.

    Lead times, hand-over and deadlines in working days skip them. What is promised for them stays; buyers are told.
    """
    return 201, Created(id=in_unit_of_work(lambda session: acts.enter(session, body)))


@api.post("/merchant/closures/<uuid:closure_id>/withdrawal")
@operation(answers={204: None}, tag="merchants", permission=_EDIT)
def withdraw(closure_id: UUID) -> tuple[int, None]:
    """Take a closure back as long as it is not over."""
    acts.withdraw(closure_id)
    return 204, None
