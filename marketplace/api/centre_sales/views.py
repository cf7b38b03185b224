"""Goods that were sold from distribution centres: declared by brokers, handed over by keepers, received by buyers."""

from uuid import UUID

from flask import Blueprint
from sqlalchemy.orm import Session

from marketplace.accounts.rules.permissions import Permission
from marketplace.api.centre_sales import answers
from marketplace.api.shared.answers import Created, Items
from marketplace.api.shared.operations import operation
from marketplace.edge.acts import centre_sales as acts
from marketplace.edge.requests import centre_sales as requests
from marketplace.edge.requests.centres import BrokerBody
from marketplace.edge.requests.road import TransitStep
from marketplace.kernel.db import in_unit_of_work

api = Blueprint("api_centre_sales", __name__)

_READ = Permission.TRADE_DOCUMENT_READ
_TAG = "centres"


@api.get("/centre-sales")
@operation(answers={200: Items[answers.CentreSale]}, tag=_TAG, permission=_READ, query=requests.SalesQuery)
def many(query: requests.SalesQuery) -> tuple[int, Items[answers.CentreSale]]:
    """List what one's company buys, sells, keeps or declares of goods in distribution centres, latest first."""
    page = acts.many(query).map(answers.CentreSale.of)
    return 200, Items[answers.CentreSale](items=list(page.items), next=page.next)


@api.get("/centre-sales/<uuid:centre_sale_id>")
@operation(answers={200: answers.CentreSaleSeen}, tag=_TAG, permission=_READ)
def one(centre_sale_id: UUID) -> tuple[int, answers.CentreSaleSeen]:
    """Show a sale to its buyer, its seller, the keeper of the centre or the broker."""
    return 200, answers.CentreSaleSeen.seen(acts.one(centre_sale_id))


@api.put("/centre-sales/<uuid:centre_sale_id>/broker")
@operation(answers={204: None}, tag=_TAG, permission=Permission.TRADE_PAPERS_STATE, body=BrokerBody)
def name_broker(centre_sale_id: UUID, body: BrokerBody) -> tuple[int, None]:
    """Let a broker declare the bonded goods of a sale, as the importer of its order."""
    in_unit_of_work(lambda session: acts.name_broker(session, centre_sale_id, body.broker))
    return 204, None


@api.post("/centre-sales/<uuid:centre_sale_id>/release")
@operation(
    answers={204: None},
    tag=_TAG,
    permission=Permission.PARTNER_RELEASE_RECORD,
    body=requests.SaleReleaseBody,
    idempotent=True,
)
def release(centre_sale_id: UUID, body: requests.SaleReleaseBody, session: Session) -> tuple[int, None]:
    """Record the line of the importer's declaration by which the goods of a sale leave bond; they are set aside."""
    acts.release(session, centre_sale_id, body)
    return 204, None


@api.post("/centre-sales/<uuid:centre_sale_id>/transit")
@operation(
    answers={201: Created},
    tag=_TAG,
    permission=Permission.PARTNER_RELEASE_RECORD,
    body=requests.SaleTransitBody,
    idempotent=True,
)
def draft_transit(centre_sale_id: UUID, body: requests.SaleTransitBody, session: Session) -> tuple[int, Created]:
    """Draft the transit movement under which bonded goods of a sale go on to another place, all of them."""
    return 201, Created(id=acts.draft_transit(session, centre_sale_id, body))


@api.post("/centre-sales/<uuid:centre_sale_id>/transit/steps")
@operation(
    answers={204: None}, tag=_TAG, permission=Permission.PARTNER_RELEASE_RECORD, body=TransitStep, idempotent=True
)
def step_transit(centre_sale_id: UUID, body: TransitStep, session: Session) -> tuple[int, None]:
    """Record what customs did with the movement of a sale; released, its goods may be fetched."""
    acts.step_transit(session, centre_sale_id, body)
    return 204, None


@api.post("/centre-sales/<uuid:centre_sale_id>/handover")
@operation(
    answers={204: None},
    tag=_TAG,
    permission=Permission.PARTNER_CENTRE_KEEP,
    body=requests.SaleHandoverBody,
    idempotent=True,
)
def hand_over(centre_sale_id: UUID, body: requests.SaleHandoverBody, session: Session) -> tuple[int, None]:
    """Let goods of a sale leave their centre, in one part or several; ``in_bond`` until they are declared.

    What is missing stays promised; with ``complete`` it is short.
    """
    acts.hand_over(session, centre_sale_id, body)
    return 204, None


@api.post("/centre-sales/<uuid:centre_sale_id>/shortage")
@operation(answers={204: None}, tag=_TAG, permission=Permission.PARTNER_CENTRE_KEEP, idempotent=True)
def run_short(centre_sale_id: UUID, session: Session) -> tuple[int, None]:
    """Say that the rest of a sale of which some was handed over is not there: it is short."""
    acts.run_short(session, centre_sale_id)
    return 204, None


@api.post("/centre-sales/<uuid:centre_sale_id>/delivery")
@operation(answers={204: None}, tag=_TAG, permission=_READ, body=requests.SaleDeliveryBody, idempotent=True)
def deliver(centre_sale_id: UUID, body: requests.SaleDeliveryBody, session: Session) -> tuple[int, None]:
    """Say that goods of a sale are with their buyer, as the buyer or the keeper who saw them fetched: one part each."""
    acts.deliver(session, centre_sale_id, body)
    return 204, None
