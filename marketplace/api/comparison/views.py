"""Goods side by side over the API."""

from flask import Blueprint

from marketplace.api.comparison import answers
from marketplace.api.shared.operations import operation
from marketplace.edge.acts import comparison as acts
from marketplace.edge.requests import comparison as requests
from marketplace.kernel import clock
from marketplace.kernel.db import reading

api = Blueprint("api_comparison", __name__)


@api.get("/comparison")
@operation(
    answers={200: answers.Comparison},
    tag="catalog",
    public_because="goods on the shelf are there to be compared",
    query=requests.Comparing,
)
def compare(query: requests.Comparing) -> tuple[int, answers.Comparison]:
    """Show up to six listings side by side at a quantity, in a currency where they have it, delivered to a city."""
    return 200, answers.Comparison.of(acts.compare(reading(), query, now=clock.now()))
