"""Boards and pictures of the corridor over the API."""

from flask import Blueprint

from marketplace.accounts.rules.permissions import Permission
from marketplace.api.boards import answers
from marketplace.api.shared.operations import operation
from marketplace.edge.acts import boards as acts
from marketplace.edge.requests import boards as requests
from marketplace.kernel import clock
from marketplace.kernel.db import reading
from marketplace.logistics.boards.queries import corridor as queries

api = Blueprint("api_boards", __name__)


@api.get("/corridor")
@operation(answers={200: answers.Corridor}, tag="logistics", public_because="a timetable is there to be read")
def corridor() -> tuple[int, answers.Corridor]:
    """Show the lines with the ways of their legs, and where the lorries under way are by time."""
    return 200, answers.Corridor.of(queries.corridor(reading(), now=clock.now()))


@api.get("/lorry-days")
@operation(
    answers={200: answers.Days},
    tag="operations",
    permission=Permission.LOGISTICS_DEPARTURE_OPERATE,
    query=requests.LorryDays,
)
def lorry_days(query: requests.LorryDays) -> tuple[int, answers.Days]:
    """Show two weeks of lorries of a line or hub: hub, drives and borders as planned and as they were."""
    return 200, answers.Days.of(acts.days(query))
