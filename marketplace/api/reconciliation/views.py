"""The operator's board over the API, and the same as files."""

from typing import Any

from flask import Blueprint

from marketplace.accounts.rules.permissions import Permission
from marketplace.api.reconciliation import answers
from marketplace.api.shared.operations import operation
from marketplace.edge.acts import reconciliation as acts
from marketplace.edge.requests import reconciliation as requests

api = Blueprint("api_reconciliation", __name__)
_READ = Permission.OPERATOR_PAYOUT_READ


@api.get("/reconciliation")
@operation(answers={200: answers.Board}, tag="treasury", permission=_READ, query=requests.BoardPage)
def board(query: requests.BoardPage) -> tuple[int, answers.Board]:
    """Give what is unmatched, stuck, bounced, late or near a deadline, the nearest deadline first."""
    return 200, answers.Board.of(acts.look(query))


@api.get("/reconciliation.csv")
@operation(answers={200: None}, tag="treasury", permission=_READ, query=requests.Board)
def as_csv(query: requests.Board) -> tuple[int, Any]:
    """Give all of it as CSV."""
    return 200, acts.as_csv(query)


@api.get("/reconciliation.xlsx")
@operation(answers={200: None}, tag="treasury", permission=_READ, query=requests.Board)
def as_workbook(query: requests.Board) -> tuple[int, Any]:
    """Give sums and items as a workbook."""
    return 200, acts.as_workbook(query)
