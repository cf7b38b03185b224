"""The rules of the house over the API: read by everybody, changed by admins."""

from flask import Blueprint

from marketplace.accounts.rules.permissions import Permission
from marketplace.api.settings import answers
from marketplace.api.shared.answers import Items
from marketplace.api.shared.operations import operation
from marketplace.edge.acts import settings as acts
from marketplace.edge.requests import settings as requests
from marketplace.kernel.db import in_unit_of_work, reading
from marketplace.reference import queries

api = Blueprint("api_settings", __name__)

_OPEN = "who trades here knows by which deadlines and rates"


@api.get("/settings")
@operation(answers={200: Items[answers.Setting]}, tag="settings", public_because=_OPEN)
def settings() -> tuple[int, Items[answers.Setting]]:
    """List every setting in force: its value, since when, and its next change."""
    return 200, Items[answers.Setting](items=[answers.Setting.of(row) for row in acts.settings(reading())])


@api.put("/settings/<key>")
@operation(
    answers={200: answers.Setting},
    tag="settings",
    permission=Permission.OPERATOR_SETTINGS_EDIT,
    body=requests.SettingChange,
)
def change(key: str, body: requests.SettingChange) -> tuple[int, answers.Setting]:
    """Let a setting have another value, now or from an instant on; what was, was."""
    return 200, answers.Setting.of(in_unit_of_work(lambda session: acts.change(session, key, body)))


@api.get("/fx-rates")
@operation(answers={200: Items[answers.Rate]}, tag="settings", public_because=_OPEN)
def rates() -> tuple[int, Items[answers.Rate]]:
    """List the exchange rates as published, the newest day first."""
    return 200, Items[answers.Rate](items=[answers.Rate.of(row) for row in queries.newest_rates(reading())])


@api.post("/fx-rates")
@operation(answers={204: None}, tag="settings", permission=Permission.OPERATOR_SETTINGS_EDIT, body=requests.Rate)
def publish_rate(body: requests.Rate) -> tuple[int, None]:
    """Note an exchange rate; one of that day is there already where this is refused."""
    in_unit_of_work(lambda session: acts.publish_rate(session, body))
    return 204, None


@api.get("/closures")
@operation(answers={200: Items[answers.Closure]}, tag="settings", public_because=_OPEN)
def closures() -> tuple[int, Items[answers.Closure]]:
    """List the days from today on that are no working days though the calendar does not say so."""
    return 200, Items[answers.Closure](items=[answers.Closure.of(row) for row in acts.closures(reading())])


@api.post("/closures")
@operation(answers={204: None}, tag="settings", permission=Permission.OPERATOR_SETTINGS_EDIT, body=requests.Closure)
def publish_closure(body: requests.Closure) -> tuple[int, None]:
    """Close a day in a country, from today there to three years ahead; deadlines that were set before stay."""
    in_unit_of_work(lambda session: acts.publish_closure(session, body))
    return 204, None


@api.post("/closures/withdrawal")
@operation(
    answers={204: None}, tag="settings", permission=Permission.OPERATOR_SETTINGS_EDIT, body=requests.ClosureWithdrawal
)
def withdraw_closure(body: requests.ClosureWithdrawal) -> tuple[int, None]:
    """Take a closed day back as long as it is not over there; deadlines that were set before stay."""
    in_unit_of_work(lambda session: acts.withdraw_closure(session, body))
    return 204, None
