"""Lists, and who is like their entries, over the API."""

from typing import Any
from uuid import UUID

from flask import Blueprint, request

from marketplace.accounts.rules.permissions import Permission
from marketplace.api.merchants import answers
from marketplace.api.shared.answers import Created, Items
from marketplace.api.shared.operations import operation
from marketplace.api.shared.uploads import ListForm
from marketplace.edge.acts import screening as acts
from marketplace.edge.parsing import parse
from marketplace.edge.requests import merchants as requests
from marketplace.edge.requests.payments import CursorQuery
from marketplace.kernel.db import in_unit_of_work, reading
from marketplace.merchants.queries import screening as queries

api = Blueprint("api_screening", __name__)
_REVIEW = Permission.OPERATOR_MERCHANT_REVIEW


@api.get("/screening-lists")
@operation(answers={200: Items[answers.ListVersion]}, tag="merchants", permission=_REVIEW, query=CursorQuery)
def lists(query: CursorQuery) -> tuple[int, Items[answers.ListVersion]]:
    """List every version of every list, the newest first."""
    page = queries.lists(reading(), cursor=query.cursor).map(answers.ListVersion.of)
    return 200, Items[answers.ListVersion](items=list(page.items), next=page.next)


@api.post("/screening-lists")
@operation(answers={201: Created}, tag="merchants", permission=_REVIEW, body=requests.ScreeningList)
def import_list(body: requests.ScreeningList) -> tuple[int, Created]:
    """Take in a version of a list; the one before is kept, and everybody is compared with this one."""
    return 201, Created(id=in_unit_of_work(lambda session: acts.import_list(session, body)))


@api.post("/screening-lists/sheet")
@operation(answers={201: Created}, tag="merchants", permission=_REVIEW, form=ListForm)
def import_sheet() -> tuple[int, Created]:
    """Take in a version of a list from a sheet, which is kept with it: ``name`` and what each row is compared by.

    Rows with ``hs`` or ``words`` are goods; the others have ``aliases``, ``country`` and ``numbers``.
    """
    body, sheet = acts.read_sheet(parse(requests.ScreeningSheet, request.form.to_dict()))
    return 201, Created(id=in_unit_of_work(lambda session: acts.import_list(session, body, sheet)))


@api.get("/screening-lists/<uuid:screening_list_id>/sheet")
@operation(answers={200: None}, tag="merchants", permission=_REVIEW)
def sheet(screening_list_id: UUID) -> tuple[int, Any]:
    """Give the sheet that a version was read from, as it was handed in."""
    return 200, acts.sheet_of(screening_list_id)


@api.get("/screening-hits")
@operation(answers={200: Items[answers.Hit]}, tag="merchants", permission=_REVIEW, query=requests.Hits)
def hits(query: requests.Hits) -> tuple[int, Items[answers.Hit]]:
    """List who and what is like an entry of a list, the oldest first; of a ``state`` when one is named."""
    page = queries.hits(reading(), state=query.state, cursor=query.cursor).map(answers.Hit.of)
    return 200, Items[answers.Hit](items=list(page.items), next=page.next)


@api.get("/screening-hits/<uuid:hit_id>")
@operation(answers={200: answers.Hit}, tag="merchants", permission=_REVIEW)
def hit(hit_id: UUID) -> tuple[int, answers.Hit]:
    """Show a hit with its entry and the version of the list it was found in."""
    return 200, answers.Hit.of(queries.hit(reading(), hit_id=hit_id))


@api.post("/screening-hits/<uuid:hit_id>/decision")
@operation(answers={200: answers.Hit}, tag="merchants", permission=_REVIEW, body=requests.HitDecision)
def decide(hit_id: UUID, body: requests.HitDecision) -> tuple[int, answers.Hit]:
    """Clear a hit or confirm it, with a reason; confirmed, a company that sells is suspended."""
    in_unit_of_work(lambda session: acts.decide(session, hit_id, body))
    return 200, answers.Hit.of(queries.hit(reading(), hit_id=hit_id))
