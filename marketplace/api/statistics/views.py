"""The corridor's figures over the API."""

from typing import Any, Final

from flask import Blueprint
from sqlalchemy.orm import Session

from marketplace.accounts.rules.permissions import Permission
from marketplace.api.shared.answers import Items
from marketplace.api.shared.operations import operation
from marketplace.api.statistics import answers
from marketplace.distribution.statistics.queries import closed
from marketplace.edge.acts import statistics as acts
from marketplace.edge.requests import statistics as requests
from marketplace.kernel.db import reading

api = Blueprint("api_statistics", __name__)
_OPERATE: Final = Permission.LOGISTICS_DEPARTURE_OPERATE


@api.get("/statistics")
@operation(
    answers={200: answers.Statistics},
    tag="logistics",
    public_because="a corridor is known by what rolls through it",
    query=requests.StatisticsYear,
)
def statistics(query: requests.StatisticsYear) -> tuple[int, answers.Statistics]:
    """Tell what rolled through the corridor since the beginning, and of one year its months, goods and countries."""
    return 200, answers.Statistics.of(acts.told(query))


@api.get("/statistics/figures")
@operation(answers={200: answers.OperatorFigures}, tag="logistics", permission=_OPERATE, query=requests.StatisticsAsked)
def figures(query: requests.StatisticsAsked) -> tuple[int, answers.OperatorFigures]:
    """Give the operator's figures, grouped by year, month, line, direction, country or chapter; nothing is withheld."""
    return 200, answers.OperatorFigures.of(acts.seen(query))


@api.get("/statistics.xlsx")
@operation(answers={200: None}, tag="logistics", permission=_OPERATE, query=requests.StatisticsAsked)
def workbook(query: requests.StatisticsAsked) -> tuple[int, Any]:
    """Give the same as a workbook."""
    return 200, acts.workbook(query)


@api.get("/statistics/closes")
@operation(answers={200: Items[answers.Close]}, tag="logistics", permission=_OPERATE)
def closes() -> tuple[int, Items[answers.Close]]:
    """List the months that were closed, in their order."""
    return 200, Items[answers.Close](items=[answers.Close.of(row) for row in closed.closes(reading())])


@api.post("/statistics/closes")
@operation(
    answers={201: answers.Closed}, tag="logistics", permission=_OPERATE, body=requests.MonthToClose, idempotent=True
)
def close(body: requests.MonthToClose, session: Session) -> tuple[int, answers.Closed]:
    """Close a month and every open one before it; figures of a closed month are never changed."""
    return 201, answers.Closed(months=list(acts.close(session, body)))
