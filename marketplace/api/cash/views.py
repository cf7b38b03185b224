"""A company's money over the API: figures, weeks and shares, and the same as files."""

from typing import Any

from flask import Blueprint

from marketplace.accounts.rules.permissions import Permission
from marketplace.api.cash import answers
from marketplace.api.shared.operations import operation
from marketplace.edge.acts import cash as acts
from marketplace.edge.requests import cash as requests

api = Blueprint("api_cash", __name__)
_READ = Permission.TRADE_STATEMENT_READ


@api.get("/cash-flow")
@operation(answers={200: answers.CashFlow}, tag="payments", permission=_READ, query=requests.CashFlowPage)
def look(query: requests.CashFlowPage) -> tuple[int, answers.CashFlow]:
    """Give what is due, held and expected of one's company, line by line, and what moves in each week."""
    return 200, answers.CashFlow.of(acts.look(query))


@api.get("/cash-flow.csv")
@operation(answers={200: None}, tag="payments", permission=_READ, query=requests.CashFlowTable)
def as_csv(query: requests.CashFlowTable) -> tuple[int, Any]:
    """Give one of its tables as CSV: shares, weeks or figures."""
    return 200, acts.as_csv(query)


@api.get("/cash-flow.xlsx")
@operation(answers={200: None}, tag="payments", permission=_READ, query=requests.CashFlow)
def as_workbook(query: requests.CashFlow) -> tuple[int, Any]:
    """Give figures, weeks and shares as a workbook of three sheets."""
    return 200, acts.as_workbook(query)
