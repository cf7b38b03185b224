"""Whole lorries over the API: those of one's company, the operator's desk."""

from uuid import UUID

from flask import Blueprint

from marketplace.accounts.rules.permissions import Permission
from marketplace.api.hires import answers
from marketplace.api.shared.answers import Items
from marketplace.api.shared.operations import operation
from marketplace.edge.acts import hires as acts
from marketplace.edge.requests import hires as requests

api = Blueprint("api_hires", __name__)
_MINE = Permission.TRADE_PAYMENT_READ
_READ = Permission.OPERATOR_COST_READ
_TAG = "fees"


@api.get("/whole-lorries")
@operation(answers={200: Items[answers.Hire]}, tag=_TAG, permission=_MINE, query=requests.HiresQuery)
def mine(query: requests.HiresQuery) -> tuple[int, Items[answers.Hire]]:
    """List the whole lorries that one's company hired or lets, the latest first."""
    page = acts.mine(query)
    return 200, Items[answers.Hire](items=[answers.Hire.of(row) for row in page.items], next=page.next)


@api.get("/whole-lorries/<uuid:hire_id>")
@operation(answers={200: answers.HireShown}, tag=_TAG, permission=_MINE)
def one(hire_id: UUID) -> tuple[int, answers.HireShown]:
    """Show a whole lorry of one's company: its price, what each booking pays of it, and how that came about."""
    return 200, answers.HireShown.shown(acts.one(hire_id))


@api.get("/whole-lorry-desk")
@operation(answers={200: Items[answers.Hire]}, tag=_TAG, permission=_READ, query=requests.HiresQuery)
def desk(query: requests.HiresQuery) -> tuple[int, Items[answers.Hire]]:
    """List all whole lorries, the latest first."""
    page = acts.desk(query)
    return 200, Items[answers.Hire](items=[answers.Hire.of(row) for row in page.items], next=page.next)


@api.get("/whole-lorry-desk/<uuid:hire_id>")
@operation(answers={200: answers.HireShown}, tag=_TAG, permission=_READ)
def looked_at(hire_id: UUID) -> tuple[int, answers.HireShown]:
    """Show any whole lorry."""
    return 200, answers.HireShown.shown(acts.looked_at(hire_id))
