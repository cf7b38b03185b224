"""Storefronts and pavilions over the API."""

from uuid import UUID

from marketplace.accounts.rules.permissions import Permission
from marketplace.api.shared.answers import Created, Items
from marketplace.api.shared.operations import operation
from marketplace.api.showroom import answers
from marketplace.api.showroom.blueprint import api
from marketplace.edge.acts import storefronts as acts
from marketplace.edge.identity import require_actor
from marketplace.edge.requests import storefronts as requests
from marketplace.exchange.queries import pavilions as pavilion_queries
from marketplace.exchange.queries import storefronts as queries
from marketplace.exchange.rules.storefronts import FrontState
from marketplace.kernel import clock
from marketplace.kernel.db import in_unit_of_work, reading

_EDIT = Permission.CATALOG_LISTING_EDIT
_REVIEW = Permission.OPERATOR_LISTING_MODERATE
_OPEN = "what the city shows is there to be seen"


@api.get("/merchant/storefront")
@operation(answers={200: answers.Fronts}, tag="showroom", permission=_EDIT)
def storefront() -> tuple[int, answers.Fronts]:
    """Show what the public reads of the asker's company, and what was handed in last."""
    session, company_id = reading(), require_actor().company
    up, last = queries.shown(session, company_id=company_id), queries.last(session, company_id=company_id)
    return 200, answers.Fronts(
        shown=answers.Front.of(up) if up else None, last=answers.Front.of(last) if last else None
    )


@api.post("/merchant/storefront")
@operation(answers={201: Created}, tag="showroom", permission=_EDIT, body=requests.Front)
def submit(body: requests.Front) -> tuple[int, Created]:
    """Hand in another storefront; it is looked at before the public sees it, and the old one stays until then."""
    return 201, Created(id=in_unit_of_work(lambda session: acts.submit(session, body)))


@api.post("/merchant/storefront/withdrawal")
@operation(answers={204: None}, tag="showroom", permission=_EDIT)
def withdraw() -> tuple[int, None]:
    """Take the storefront down, and back what waits."""
    in_unit_of_work(acts.withdraw)
    return 204, None


@api.get("/storefronts")
@operation(answers={200: Items[answers.Front]}, tag="showroom", permission=_REVIEW, query=requests.FrontQueue)
def storefronts(query: requests.FrontQueue) -> tuple[int, Items[answers.Front]]:
    """List versions of storefronts, those that wait unless another state is asked for, the oldest first."""
    page = queries.queue(reading(), state=query.state or FrontState.PENDING, cursor=query.cursor)
    return 200, Items[answers.Front](items=[answers.Front.of(row) for row in page.items], next=page.next)


@api.post("/storefronts/<uuid:version_id>/decision")
@operation(answers={200: answers.Front}, tag="showroom", permission=_REVIEW, body=requests.FrontDecision)
def decide(version_id: UUID, body: requests.FrontDecision) -> tuple[int, answers.Front]:
    """Show or decline what waits, or hide what is shown; the last two need a reason."""
    in_unit_of_work(lambda session: acts.decide(session, version_id, body))
    return 200, answers.Front.of(queries.version(reading(), version_id=version_id))


@api.get("/pavilions")
@operation(answers={200: Items[answers.PavilionSummary]}, tag="showroom", public_because=_OPEN)
def pavilions() -> tuple[int, Items[answers.PavilionSummary]]:
    """List the countries of the city."""
    rows = [answers.PavilionSummary.of(row) for row in pavilion_queries.pavilions(reading())]
    return 200, Items[answers.PavilionSummary](items=rows, next=None)


@api.get("/pavilions/<country>")
@operation(answers={200: answers.Pavilion}, tag="showroom", public_because=_OPEN, query=requests.Exhibitors)
def pavilion(country: str, query: requests.Exhibitors) -> tuple[int, answers.Pavilion]:
    """Show a country's merchants, shelves, newest goods and the lorries that leave there."""
    found = acts.pavilion(reading(), country=country, cursor=query.cursor, now=clock.now())
    return 200, answers.Pavilion.of(found)
