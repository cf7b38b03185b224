"""The page of a week over the API."""

from flask import Blueprint

from marketplace.accounts.rules.permissions import Permission
from marketplace.api.shared.operations import operation
from marketplace.api.week import answers
from marketplace.edge.acts import week as acts
from marketplace.edge.requests import week as requests

api = Blueprint("api_week", __name__)


@api.get("/week")
@operation(answers={200: answers.Week}, tag="payments", permission=Permission.FILES_FILE_READ)
def week() -> tuple[int, answers.Week]:
    """Give one's company's week: what is owed, late, on the way, waiting and claimed, as far as one may see to it."""
    return 200, answers.Week.of(acts.look())


@api.put("/week/letter")
@operation(answers={204: None}, tag="payments", permission=Permission.FILES_FILE_READ, body=requests.WeekLetter)
def choose_letter(body: requests.WeekLetter) -> tuple[int, None]:
    """Be sent one's company's week by letter on a day, by its clock; ``never`` ends it."""
    acts.choose(body)
    return 204, None
