"""Payment plans over the API: what one's company offers at checkout."""

from flask import Blueprint
from sqlalchemy.orm import Session

from marketplace.accounts.rules.permissions import Permission
from marketplace.api.shared.answers import Items
from marketplace.api.shared.operations import operation
from marketplace.api.shared.plans import PlanAnswer
from marketplace.edge.acts import plans as acts
from marketplace.edge.requests.plans import NewPlan, PlanBody
from marketplace.kernel.db import in_unit_of_work

api = Blueprint("api_plans", __name__)

_EDIT = Permission.TRADE_PLAN_EDIT


@api.get("/payment-plans")
@operation(answers={200: Items[PlanAnswer]}, tag="payments", permission=_EDIT)
def plans() -> tuple[int, Items[PlanAnswer]]:
    """List the payment plans of the company one acts for: the presets, then its own; those not offered too."""
    return 200, Items[PlanAnswer](items=[PlanAnswer.of_offer(one) for one in acts.mine()])


@api.get("/payment-plans/<plan_code>")
@operation(answers={200: PlanAnswer}, tag="payments", permission=_EDIT)
def plan(plan_code: str) -> tuple[int, PlanAnswer]:
    """Show one payment plan of the company one acts for."""
    return 200, PlanAnswer.of_offer(acts.one(plan_code))


@api.post("/payment-plans")
@operation(answers={201: PlanAnswer}, tag="payments", permission=_EDIT, body=NewPlan, idempotent=True)
def make(body: NewPlan, session: Session) -> tuple[int, PlanAnswer]:
    """Make a payment plan of one's own; Conflict ``plan_exists`` for a code that is used already."""
    return 201, PlanAnswer.of_offer(acts.make(session, body))


@api.put("/payment-plans/<plan_code>")
@operation(answers={200: PlanAnswer}, tag="payments", permission=_EDIT, body=PlanBody)
def put(plan_code: str, body: PlanBody) -> tuple[int, PlanAnswer]:
    """Change a payment plan, or say how a preset is offered; placed orders keep what they agreed on."""
    return 200, PlanAnswer.of_offer(in_unit_of_work(lambda session: acts.put(session, plan_code, body)))
