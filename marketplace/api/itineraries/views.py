"""Ways to get a load there and what carrying emits, over the API: read by everybody."""

from flask import Blueprint

from marketplace.accounts.rules.permissions import Permission
from marketplace.api.itineraries import answers
from marketplace.api.shared.answers import Items
from marketplace.api.shared.operations import operation
from marketplace.edge.acts import itineraries as acts
from marketplace.edge.requests import itineraries as requests
from marketplace.kernel import clock
from marketplace.kernel.db import in_unit_of_work, reading

api = Blueprint("api_itineraries", __name__)

_OPEN = "who looks for a way may compare all of them"


@api.get("/itineraries")
@operation(answers={200: Items[answers.Itinerary]}, tag="logistics", public_because=_OPEN, query=requests.Itineraries)
def itineraries(query: requests.Itineraries) -> tuple[int, Items[answers.Itinerary]]:
    """List the ways of a load within thirty days that no other beats in arrival and freight, by arrival.

    All three forms of the corridor at once; every departure in it has room for the load now.
    """
    found = acts.find(reading(), asked=query, now=clock.now())
    items = [answers.Itinerary.of(row, query.load.grams) for row in found.itineraries]
    return 200, Items[answers.Itinerary](items=items)


@api.get("/emission-factors")
@operation(answers={200: Items[answers.EmissionFactor]}, tag="logistics", public_because=_OPEN)
def factors() -> tuple[int, Items[answers.EmissionFactor]]:
    """List what a tonne emits on a kilometre by each mode, as CO2e is reckoned here, and what it will be."""
    return 200, Items[answers.EmissionFactor](items=answers.EmissionFactor.all_of(acts.factors(reading())))


@api.put("/emission-factors/<mode>")
@operation(
    answers={200: Items[answers.EmissionFactor]},
    tag="logistics",
    permission=Permission.OPERATOR_SETTINGS_EDIT,
    body=requests.Factor,
)
def set_factor(mode: str, body: requests.Factor) -> tuple[int, Items[answers.EmissionFactor]]:
    """Let a mode emit otherwise, now or from an instant on; what was shown before stays as it was."""
    seen = in_unit_of_work(lambda session: acts.set_factor(session, mode, body))
    return 200, Items[answers.EmissionFactor](items=answers.EmissionFactor.all_of(seen))
