"""Whole lines: made, named anew, led another way, ended."""

from uuid import UUID

from flask import Blueprint
from sqlalchemy.orm import Session

from marketplace.accounts.rules.permissions import Permission
from marketplace.api.network import answers
from marketplace.api.shared.answers import Created, Items
from marketplace.api.shared.operations import operation
from marketplace.edge.acts import lines as acts
from marketplace.edge.requests import lines as requests
from marketplace.kernel.db import in_unit_of_work, reading
from marketplace.logistics.borders.queries import network

api = Blueprint("api_network_lines", __name__)

_EDIT = Permission.OPERATOR_NETWORK_EDIT


@api.get("/network/lines")
@operation(answers={200: Items[answers.Line]}, tag="network", permission=_EDIT)
def lines() -> tuple[int, Items[answers.Line]]:
    """List every line with its legs, and what their figures were before."""
    return 200, Items[answers.Line](items=[answers.Line.of(row) for row in network.lines(reading())])


@api.post("/network/lines")
@operation(answers={201: Created}, tag="network", permission=_EDIT, body=requests.LineBody, idempotent=True)
def make(body: requests.LineBody, session: Session) -> tuple[int, Created]:
    """Make a line with its stops; weekly services and tariffs are put in after."""
    return 201, Created(id=acts.make(session, body))


@api.get("/network/lines/<uuid:network_line_id>")
@operation(answers={200: answers.Line}, tag="network", permission=_EDIT)
def line(network_line_id: UUID) -> tuple[int, answers.Line]:
    """Show one line with its legs."""
    return 200, answers.Line.of(network.line(reading(), line_id=network_line_id))


@api.put("/network/lines/<uuid:network_line_id>")
@operation(answers={200: answers.Line}, tag="network", permission=_EDIT, body=requests.NameBody)
def rename(network_line_id: UUID, body: requests.NameBody) -> tuple[int, answers.Line]:
    """Let a line be called otherwise."""
    in_unit_of_work(lambda session: acts.rename(session, network_line_id, body))
    return 200, answers.Line.of(network.line(reading(), line_id=network_line_id))


@api.post("/network/lines/<uuid:network_line_id>/ways")
@operation(answers={201: Created}, tag="network", permission=_EDIT, body=requests.LeadBody, idempotent=True)
def lead(network_line_id: UUID, body: requests.LeadBody, session: Session) -> tuple[int, Created]:
    """Lead a line another way from a day on: another line goes on from then, with its services and prices.

    What is booked keeps its legs; departures without bookings from that day on are cancelled.
    """
    return 201, Created(id=acts.lead(session, network_line_id, body))


@api.post("/network/lines/<uuid:network_line_id>/end")
@operation(answers={204: None}, tag="network", permission=_EDIT, body=requests.EndBody, idempotent=True)
def end(network_line_id: UUID, body: requests.EndBody, session: Session) -> tuple[int, None]:
    """Let a line run to a day, the last; later departures without bookings are cancelled, booked ones run."""
    acts.end(session, network_line_id, body)
    return 204, None
