"""Boards and pictures of the corridor over the API."""

from flask import Blueprint

from marketplace.api.boards import answers
from marketplace.api.shared.operations import operation
from marketplace.kernel import clock
from marketplace.kernel.db import reading
from marketplace.logistics.boards.queries import corridor as queries

api = Blueprint("api_boards", __name__)


@api.get("/corridor")
@operation(answers={200: answers.Corridor}, tag="logistics", public_because="a timetable is there to be read")
def corridor() -> tuple[int, answers.Corridor]:
    """Show the lines with the ways of their legs, and where the lorries under way are by time."""
    return 200, answers.Corridor.of(queries.corridor(reading(), now=clock.now()))
