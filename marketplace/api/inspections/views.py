"""Order, give, report and end inspections over the API."""

from typing import Any
from uuid import UUID

from flask import Blueprint
from sqlalchemy.orm import Session

from marketplace.accounts.rules.permissions import Permission
from marketplace.api.inspections import answers
from marketplace.api.shared.answers import Items
from marketplace.api.shared.operations import operation
from marketplace.edge.acts import inspections as acts
from marketplace.edge.requests import inspections as requests
from marketplace.kernel.db import reading

api = Blueprint("api_inspections", __name__)


@api.get("/inspectors")
@operation(answers={200: Items[answers.Inspector]}, tag="inspections", permission=Permission.TRADE_INSPECTION_READ)
def inspectors() -> tuple[int, Items[answers.Inspector]]:
    """List the companies that can be asked to inspect: inspection companies and hubs."""
    return 200, Items[answers.Inspector](items=[answers.Inspector.of(row) for row in acts.inspectors(reading())])


@api.post("/order-lines/<uuid:line_id>/inspections")
@operation(
    answers={201: answers.InspectionShown},
    tag="inspections",
    permission=Permission.TRADE_INSPECTION_READ,
    body=requests.Inspection,
    idempotent=True,
)
def ask(line_id: UUID, body: requests.Inspection, session: Session) -> tuple[int, answers.InspectionShown]:
    """Order an inspection of a line before it is packed, as its buyer; offer one to the buyer, as its merchant."""
    return 201, _shown(session, acts.ask(session, line_id, body))


@api.get("/inspections")
@operation(
    answers={200: Items[answers.Inspection]},
    tag="inspections",
    permission=Permission.TRADE_INSPECTION_READ,
    query=requests.InspectionsQuery,
)
def many(query: requests.InspectionsQuery) -> tuple[int, Items[answers.Inspection]]:
    """List the inspections of goods that one's company buys or sells, and those that are its to make."""
    page = acts.many(reading(), query).map(answers.Inspection.of)
    return 200, Items[answers.Inspection](items=list(page.items), next=page.next)


@api.get("/inspections/<uuid:inspection_id>")
@operation(answers={200: answers.InspectionShown}, tag="inspections", permission=Permission.TRADE_INSPECTION_READ)
def one(inspection_id: UUID) -> tuple[int, answers.InspectionShown]:
    """Show an inspection with its plan and what was reported."""
    return 200, _shown(reading(), inspection_id)


@api.get("/inspections/<uuid:inspection_id>/photos/<uuid:file_id>")
@operation(answers={200: None}, tag="inspections", permission=Permission.TRADE_INSPECTION_READ)
def photo(inspection_id: UUID, file_id: UUID) -> tuple[int, Any]:
    """Give a picture or paper of a report."""
    return 200, acts.photo(inspection_id, file_id)


@api.post("/inspections/<uuid:inspection_id>/answer")
@operation(
    answers={204: None},
    tag="inspections",
    permission=Permission.TRADE_INSPECTION_READ,
    body=requests.Answer,
    idempotent=True,
)
def answer(inspection_id: UUID, body: requests.Answer, session: Session) -> tuple[int, None]:
    """Take the offer as the buyer, or the order as the inspector; or not: then the inspector sees it no longer."""
    acts.answer(session, inspection_id, body)
    return 204, None


@api.post("/inspections/<uuid:inspection_id>/appointment")
@operation(
    answers={200: answers.InspectionShown},
    tag="inspections",
    permission=Permission.TRADE_INSPECTION_READ,
    body=requests.Appointment,
    idempotent=True,
)
def appoint(inspection_id: UUID, body: requests.Appointment, session: Session) -> tuple[int, answers.InspectionShown]:
    """Name another inspector where the one before does not inspect."""
    acts.appoint(session, inspection_id, body)
    return 200, _shown(session, inspection_id)


@api.post("/inspections/<uuid:inspection_id>/report")
@operation(
    answers={200: answers.InspectionShown},
    tag="inspections",
    permission=Permission.PARTNER_INSPECTION_REPORT,
    body=requests.Report,
    idempotent=True,
)
def report(inspection_id: UUID, body: requests.Report, session: Session) -> tuple[int, answers.InspectionShown]:
    """Report what was found in the sample: the plan says whether the goods pass, and a paper is issued."""
    acts.report(session, inspection_id, body)
    return 200, _shown(session, inspection_id)


@api.post("/inspections/<uuid:inspection_id>/repetition")
@operation(
    answers={201: answers.InspectionShown},
    tag="inspections",
    permission=Permission.TRADE_INSPECTION_READ,
    body=requests.Repetition,
    idempotent=True,
)
def repeat(inspection_id: UUID, body: requests.Repetition, session: Session) -> tuple[int, answers.InspectionShown]:
    """Have the goods inspected again; after a fail the merchant pays."""
    return 201, _shown(session, acts.repeat(session, inspection_id, body))


@api.post("/inspections/<uuid:inspection_id>/waiver")
@operation(
    answers={200: answers.InspectionShown},
    tag="inspections",
    permission=Permission.TRADE_ORDER_ACCEPT,
    idempotent=True,
)
def waive(inspection_id: UUID, session: Session) -> tuple[int, answers.InspectionShown]:
    """Let the goods go as their buyer, whatever the inspection says."""
    acts.waive(session, inspection_id)
    return 200, _shown(session, inspection_id)


def _shown(session: Session, inspection_id: UUID) -> answers.InspectionShown:
    return answers.InspectionShown.seen(acts.look(session, inspection_id))
