"""How far a buyer is trusted, how a partner stands, and limits of credit, over the API."""

from uuid import UUID

from flask import Blueprint

from marketplace.accounts.rules.permissions import Permission
from marketplace.api.merchants import answers
from marketplace.api.shared.answers import Amount, Items
from marketplace.api.shared.operations import operation
from marketplace.edge.acts import levels as standing
from marketplace.edge.acts import merchants as acts
from marketplace.edge.requests import merchants as requests
from marketplace.edge.requests.payments import CursorQuery
from marketplace.kernel import clock
from marketplace.kernel.db import in_unit_of_work, reading
from marketplace.merchants.queries import levels

api = Blueprint("api_levels", __name__)


@api.get("/qualification")
@operation(answers={200: answers.Qualification}, tag="merchants", permission=Permission.FILES_FILE_READ)
def qualification() -> tuple[int, answers.Qualification]:
    """Say how the asker's company stands as a buyer, or as the partner it is, and what it still has to show."""
    found = standing.own()
    return 200, answers.Qualification(
        company_id=found.company_id,
        kind=found.kind,
        level=found.level,
        admitted=found.is_admitted,
        until=found.until,
        limits=[Amount.of(row.limit) for row in found.limits],
        warehouse=answers.Place.of(found.warehouse) if found.warehouse else None,
        requirements=[answers.Item.of(row) for row in found.requirements],
    )


@api.put("/qualification/warehouse")
@operation(answers={204: None}, tag="merchants", permission=Permission.COMPANY_PROFILE_EDIT, body=requests.Warehouse)
def name_warehouse(body: requests.Warehouse) -> tuple[int, None]:
    """Say where the asker's company receives goods; another address is looked at anew."""
    in_unit_of_work(lambda session: acts.name_warehouse(session, body))
    return 204, None


@api.get("/verified-buyers")
@operation(
    answers={200: Items[answers.Buyer]},
    tag="merchants",
    permission=Permission.OPERATOR_CREDIT_EDIT,
    query=CursorQuery,
)
def buyers(query: CursorQuery) -> tuple[int, Items[answers.Buyer]]:
    """List the buyers that are verified now, with the limits that count."""
    page = levels.verified_buyers(reading(), now=clock.now(), cursor=query.cursor).map(answers.Buyer.of)
    return 200, Items[answers.Buyer](items=list(page.items), next=page.next)


@api.get("/companies/<uuid:company_id>/credit-limits")
@operation(
    answers={200: Items[answers.Limit]},
    tag="merchants",
    permission=Permission.OPERATOR_CREDIT_EDIT,
    query=CursorQuery,
)
def limits(company_id: UUID, query: CursorQuery) -> tuple[int, Items[answers.Limit]]:
    """List every limit that was set for a buyer, the newest first; the newest of a currency counts."""
    standing.buyer(company_id)
    page = levels.history_of(reading(), company_id=company_id, cursor=query.cursor).map(answers.Limit.of)
    return 200, Items[answers.Limit](items=list(page.items), next=page.next)


@api.put("/companies/<uuid:company_id>/credit-limits")
@operation(answers={204: None}, tag="merchants", permission=Permission.OPERATOR_CREDIT_EDIT, body=requests.CreditLimit)
def set_limit(company_id: UUID, body: requests.CreditLimit) -> tuple[int, None]:
    """Say how much a verified buyer may owe in a currency, and to which day; nothing takes the limit back."""
    in_unit_of_work(lambda session: acts.set_limit(session, company_id, body))
    return 204, None
