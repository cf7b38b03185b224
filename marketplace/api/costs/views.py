"""What departures cost and earn over the API: months, sheets, rates."""

from typing import Any
from uuid import UUID

from flask import Blueprint
from sqlalchemy.orm import Session

from marketplace.accounts.rules.permissions import Permission
from marketplace.api.costs import answers
from marketplace.api.shared.answers import Created, Items
from marketplace.api.shared.operations import operation
from marketplace.edge.acts import costs as acts
from marketplace.edge.requests import costs as requests

api = Blueprint("api_costs", __name__)
_READ = Permission.OPERATOR_COST_READ
_RECORD = Permission.OPERATOR_COST_RECORD
_DECIDE = Permission.OPERATOR_COST_DECIDE
_TAG = "costs"


@api.get("/costs")
@operation(answers={200: answers.Month}, tag=_TAG, permission=_READ, query=requests.LorriesQuery)
def month(query: requests.LorriesQuery) -> tuple[int, answers.Month]:
    """List the lorries that left in a month with their margins, and what each line and all of them come to."""
    return 200, answers.Month.of(acts.look(query))


@api.get("/costs.xlsx")
@operation(answers={200: None}, tag=_TAG, permission=_READ, query=requests.MonthQuery)
def as_workbook(query: requests.MonthQuery) -> tuple[int, Any]:
    """Give a month as a workbook: its lorries and the totals of lines."""
    return 200, acts.as_workbook(query)


@api.get("/costs/months")
@operation(answers={200: Items[answers.MonthTotals]}, tag=_TAG, permission=_READ, query=requests.MonthQuery)
def months(query: requests.MonthQuery) -> tuple[int, Items[answers.MonthTotals]]:
    """List the twelve months up to the one that is asked for with their totals."""
    rows = acts.many_months(query)
    return 200, Items[answers.MonthTotals](items=[answers.MonthTotals.of(row) for row in rows])


@api.get("/costs/rates")
@operation(answers={200: answers.LineRates}, tag=_TAG, permission=_READ, query=requests.RatesQuery)
def rates(query: requests.RatesQuery) -> tuple[int, answers.LineRates]:
    """List the cost rates of a line."""
    return 200, answers.LineRates.of(acts.rates_of(query))


@api.post("/costs/rates")
@operation(answers={201: Created}, tag=_TAG, permission=_DECIDE, body=requests.NewRate, idempotent=True)
def set_rate(body: requests.NewRate, session: Session) -> tuple[int, Created]:
    """Let a rate hold from a day on; what was planned before stays until it is planned anew."""
    return 201, Created(id=acts.set_rate(session, body))


@api.get("/departures/<uuid:departure_id>/costs")
@operation(answers={200: answers.Sheet}, tag=_TAG, permission=_READ)
def sheet(departure_id: UUID) -> tuple[int, answers.Sheet]:
    """Show the cost sheet of a departure: costs planned and actual, and the freight of its bookings."""
    return 200, answers.Sheet.of(acts.sheet(departure_id))


@api.get("/departures/<uuid:departure_id>/costs.xlsx")
@operation(answers={200: None}, tag=_TAG, permission=_READ)
def sheet_as_workbook(departure_id: UUID) -> tuple[int, Any]:
    """Give the cost sheet of a departure as a workbook."""
    return 200, acts.sheet_as_workbook(departure_id)


@api.post("/departures/<uuid:departure_id>/costs/plan")
@operation(answers={204: None}, tag=_TAG, permission=_RECORD, idempotent=True)
def plan(departure_id: UUID, session: Session) -> tuple[int, None]:
    """Plan a departure's costs by the rates of its day, in place of what was planned before."""
    acts.plan(session, departure_id)
    return 204, None


@api.post("/departures/<uuid:departure_id>/costs/items")
@operation(answers={201: Created}, tag=_TAG, permission=_RECORD, body=requests.NewCost, idempotent=True)
def enter(departure_id: UUID, body: requests.NewCost, session: Session) -> tuple[int, Created]:
    """Enter an actual cost of a departure."""
    return 201, Created(id=acts.enter(session, departure_id, body))


@api.post("/costs/items/<uuid:item_id>/void")
@operation(answers={204: None}, tag=_TAG, permission=_RECORD, idempotent=True)
def void(item_id: UUID, session: Session) -> tuple[int, None]:
    """Take back an actual cost that was entered wrongly."""
    acts.void(session, item_id)
    return 204, None


@api.get("/costs/items/<uuid:item_id>/file")
@operation(answers={200: None}, tag=_TAG, permission=_READ)
def item_file(item_id: UUID) -> tuple[int, Any]:
    """Give the file of a cost."""
    return 200, acts.item_file(item_id)


@api.post("/departures/<uuid:departure_id>/costs/close")
@operation(answers={204: None}, tag=_TAG, permission=_DECIDE, idempotent=True)
def close(departure_id: UUID, session: Session) -> tuple[int, None]:
    """Close a departure's cost sheet: its figures and exchange rates are kept."""
    acts.close(session, departure_id)
    return 204, None


@api.post("/departures/<uuid:departure_id>/costs/reopen")
@operation(answers={204: None}, tag=_TAG, permission=_DECIDE, idempotent=True)
def reopen(departure_id: UUID, session: Session) -> tuple[int, None]:
    """Let costs be entered again; the exchange rates that were kept stay."""
    acts.reopen(session, departure_id)
    return 204, None
