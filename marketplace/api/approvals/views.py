"""Approval inside a company: cases, rules, limits and delegations, over the API."""

from uuid import UUID

from flask import Blueprint

from marketplace.accounts.rules.permissions import Permission
from marketplace.api.approvals import answers
from marketplace.api.shared.answers import Created, Items
from marketplace.api.shared.operations import operation
from marketplace.edge.acts import approvals as acts
from marketplace.edge.acts import ranges
from marketplace.edge.requests import approvals as requests
from marketplace.kernel.db import in_unit_of_work

api = Blueprint("api_approvals", __name__)

_DECIDE = Permission.COMPANY_APPROVAL_DECIDE
_RULES = Permission.COMPANY_APPROVAL_RULES
_TAG = "approvals"


@api.get("/approvals")
@operation(answers={200: Items[answers.CaseInList]}, tag=_TAG, permission=_DECIDE, query=requests.Desk)
def cases(query: requests.Desk) -> tuple[int, Items[answers.CaseInList]]:
    """List the cases to decide, one's own (``show=mine``), or all of the company (``show=all``)."""
    seen = acts.desk(query)
    items = [answers.CaseInList.of(row, seen.names.get(row.requester_id, "")) for row in seen.page.items]
    return 200, Items[answers.CaseInList](items=items, next=seen.page.next)


@api.get("/approvals/<uuid:approval_id>")
@operation(answers={200: answers.Case}, tag=_TAG, permission=_DECIDE)
def case(approval_id: UUID) -> tuple[int, answers.Case]:
    """Show what is asked for, why, who decides, and what was said; the hash is what one says yes or no to."""
    return 200, answers.Case.seen(acts.see(approval_id))


@api.post("/approval-ranges")
@operation(answers={200: answers.AskedFor}, tag=_TAG, permission=Permission.TRADE_ORDER_PLACE, body=requests.Range)
def ask_range(body: requests.Range) -> tuple[int, answers.AskedFor]:
    """Ask for anything inside a range of some goods; the same range again answers with the same case.

    Without an id nothing of one's company asks for approval of it.
    """
    return 200, answers.AskedFor.of(in_unit_of_work(lambda session: ranges.ask(session, body.listing_id, body)))


@api.post("/approvals/<uuid:approval_id>/decision")
@operation(answers={200: answers.Decided}, tag=_TAG, permission=_DECIDE, body=requests.Decision)
def decide(approval_id: UUID, body: requests.Decision) -> tuple[int, answers.Decided]:
    """Approve or reject, in one's own place or in that of whom one stands in for; one rejection ends the case.

    409 ``approval_decided`` with the state when somebody else was first. The same word again changes nothing.
    """
    state = in_unit_of_work(lambda session: acts.decide(session, approval_id, body))
    return 200, answers.Decided(state=state.value)


@api.post("/approvals/<uuid:approval_id>/withdrawal")
@operation(answers={204: None}, tag=_TAG, permission=_DECIDE)
def withdraw(approval_id: UUID) -> tuple[int, None]:
    """Take a request back, as its requester or as who sets the rules."""
    acts.withdraw(approval_id)
    return 204, None


@api.get("/approval-rules")
@operation(answers={200: Items[answers.Rule]}, tag=_TAG, permission=_DECIDE)
def rules() -> tuple[int, Items[answers.Rule]]:
    """List the rules of one's company in their order: the first that applies says who approves."""
    return 200, _rules()


@api.post("/approval-rules")
@operation(answers={201: answers.RuleSaved}, tag=_TAG, permission=_RULES, body=requests.Rule)
def add_rule(body: requests.Rule) -> tuple[int, answers.RuleSaved]:
    """Add a rule behind the others; cases that run keep the steps they were opened with."""
    rule_id, hidden_by = in_unit_of_work(lambda session: acts.put_rule(session, body))
    return 201, answers.RuleSaved(id=rule_id, hidden_by=hidden_by)


@api.put("/approval-rules/<uuid:rule_id>")
@operation(answers={200: answers.RuleSaved}, tag=_TAG, permission=_RULES, body=requests.Rule)
def put_rule(rule_id: UUID, body: requests.Rule) -> tuple[int, answers.RuleSaved]:
    """Change a rule in its place."""
    _id, hidden_by = in_unit_of_work(lambda session: acts.put_rule(session, body, rule_id))
    return 200, answers.RuleSaved(id=rule_id, hidden_by=hidden_by)


@api.put("/approval-rules/<uuid:rule_id>/position")
@operation(answers={200: Items[answers.Rule]}, tag=_TAG, permission=_RULES, body=requests.Position)
def move_rule(rule_id: UUID, body: requests.Position) -> tuple[int, Items[answers.Rule]]:
    """Put a rule at a place in the order, counted from 1."""
    in_unit_of_work(lambda session: acts.move_rule(session, rule_id, body))
    return 200, _rules()


@api.delete("/approval-rules/<uuid:rule_id>")
@operation(answers={204: None}, tag=_TAG, permission=_RULES)
def end_rule(rule_id: UUID) -> tuple[int, None]:
    """Take a rule out."""
    in_unit_of_work(lambda session: acts.end_rule(session, rule_id))
    return 204, None


@api.get("/spending-limits")
@operation(answers={200: Items[answers.Limit]}, tag=_TAG, permission=_DECIDE)
def limits() -> tuple[int, Items[answers.Limit]]:
    """List what people, holders of roles and units of one's company may spend in a period without approval."""
    return 200, Items[answers.Limit](items=[answers.Limit.of(each) for each in acts.policy().limits])


@api.put("/spending-limits")
@operation(answers={200: Created}, tag=_TAG, permission=_RULES, body=requests.Limit)
def put_limit(body: requests.Limit) -> tuple[int, Created]:
    """Set a limit, in the place of the one that the same holder had for the same period."""
    return 200, Created(id=in_unit_of_work(lambda session: acts.put_limit(session, body)))


@api.delete("/spending-limits/<uuid:limit_id>")
@operation(answers={204: None}, tag=_TAG, permission=_RULES)
def end_limit(limit_id: UUID) -> tuple[int, None]:
    """Lift a limit."""
    in_unit_of_work(lambda session: acts.end_limit(session, limit_id))
    return 204, None


@api.get("/approval-delegations")
@operation(answers={200: Items[answers.Delegation]}, tag=_TAG, permission=_DECIDE)
def delegations() -> tuple[int, Items[answers.Delegation]]:
    """List who stands in for whom: all for who sets the rules, else what one gave or was given."""
    return 200, Items[answers.Delegation](items=[answers.Delegation.of(row) for row in acts.delegations().rows])


@api.post("/approval-delegations")
@operation(answers={201: Created}, tag=_TAG, permission=_DECIDE, body=requests.Delegation)
def delegate(body: requests.Delegation) -> tuple[int, Created]:
    """Name who decides in one's place from a day to a day; who sets the rules may do it for others."""
    return 201, Created(id=in_unit_of_work(lambda session: acts.delegate(session, body)))


@api.delete("/approval-delegations/<uuid:delegation_id>")
@operation(answers={204: None}, tag=_TAG, permission=_DECIDE)
def end_delegation(delegation_id: UUID) -> tuple[int, None]:
    """Take a delegation back."""
    in_unit_of_work(lambda session: acts.end_delegation(session, delegation_id))
    return 204, None


def _rules() -> Items[answers.Rule]:
    found = acts.policy()
    items = [answers.Rule.of(rule, number, found) for number, rule in enumerate(found.rules, start=1)]
    return Items[answers.Rule](items=items)
