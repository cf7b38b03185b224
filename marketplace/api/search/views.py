"""Search over the API."""

from flask import Blueprint

from marketplace.api.search.answers import SearchAnswer
from marketplace.api.shared.operations import operation
from marketplace.edge.acts import search as acts
from marketplace.edge.requests.search import Search

api = Blueprint("api_search", __name__)


@api.get("/search")
@operation(
    answers={200: SearchAnswer}, tag="search", public_because="goods on the shelf are there to be found", query=Search
)
def search(query: Search) -> tuple[int, SearchAnswer]:
    """Find live listings by words in any language of the corridor, an HS code, a merchant or an article number."""
    return 200, SearchAnswer.of(acts.search(query))
