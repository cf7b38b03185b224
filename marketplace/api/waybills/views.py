"""The papers of consignments over the API: terms, statements, labels, and what a lorry lacks."""

from uuid import UUID

from flask import Blueprint
from sqlalchemy.orm import Session

from marketplace.accounts.rules.permissions import Permission
from marketplace.api.shared.answers import Items
from marketplace.api.shared.operations import operation
from marketplace.api.waybills import answers
from marketplace.edge.acts import waybills as acts
from marketplace.edge.requests import waybills as requests
from marketplace.papers.rules import carriage_terms

api = Blueprint("api_waybills", __name__)
_TAG = "logistics"


@api.get("/carriage-terms")
@operation(
    answers={200: answers.CarriageTerms},
    tag=_TAG,
    public_because="whoever books may read the terms before",
)
def terms() -> tuple[int, answers.CarriageTerms]:
    """Give the carrier's terms and liability that a checkout accepts now."""
    return 200, answers.CarriageTerms.of(carriage_terms.LATEST)


@api.get("/order-lines/<uuid:line_id>/papers")
@operation(answers={200: answers.LinePapers}, tag=_TAG, permission=Permission.TRADE_ORDER_READ)
def line_papers(line_id: UUID) -> tuple[int, answers.LinePapers]:
    """Show what the papers of a line say, need and lack."""
    return 200, answers.LinePapers.of(acts.look(line_id))


@api.put("/order-lines/<uuid:line_id>/papers")
@operation(
    answers={200: answers.Statement},
    tag=_TAG,
    permission=Permission.TRADE_PAPERS_STATE,
    body=requests.Statement,
    idempotent=True,
)
def state(line_id: UUID, body: requests.Statement, session: Session) -> tuple[int, answers.Statement]:
    """Say marks, wood and shipping name in place of what was said; papers that name them get their next version."""
    return 200, answers.Statement.of(acts.state(session, line_id, body))


@api.get("/order-lines/<uuid:line_id>/labels")
@operation(answers={200: Items[answers.Label]}, tag=_TAG, permission=Permission.TRADE_ORDER_READ)
def labels(line_id: UUID) -> tuple[int, Items[answers.Label]]:
    """List the labels of a packed line's cartons, the first 200; its documents ``carton_labels`` hold them all."""
    items = [
        answers.Label(number=row.number, of=row.of, sscc=row.sscc, marks=list(row.marks))
        for row in acts.labels(line_id)
    ]
    return 200, Items[answers.Label](items=items)


@api.get("/departures/<uuid:departure_id>/papers")
@operation(answers={200: Items[answers.Consignment]}, tag=_TAG, permission=Permission.LOGISTICS_DEPARTURE_OPERATE)
def departure_papers(departure_id: UUID) -> tuple[int, Items[answers.Consignment]]:
    """List what the consignments at the hub and aboard need before the lorry is sealed, and have."""
    return 200, Items[answers.Consignment](items=[answers.Consignment.of(row) for row in acts.readiness(departure_id)])
