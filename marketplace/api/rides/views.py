"""Goods that change lorry over the API: which do, handing them on, and another second lorry."""

from uuid import UUID

from flask import Blueprint
from sqlalchemy.orm import Session

from marketplace.accounts.rules.permissions import Permission
from marketplace.api.operations.answers import Rolled
from marketplace.api.rides import answers
from marketplace.api.shared.answers import Items
from marketplace.api.shared.operations import operation
from marketplace.edge.acts import rides as acts
from marketplace.edge.requests import rides as requests
from marketplace.kernel.db import in_unit_of_work

api = Blueprint("api_rides", __name__)
_OPERATE = Permission.LOGISTICS_DEPARTURE_OPERATE


@api.get("/rides")
@operation(answers={200: Items[answers.Riding]}, tag="logistics", permission=_OPERATE)
def riding() -> tuple[int, Items[answers.Riding]]:
    """List the lines that change lorry, those that wait for a second one first."""
    return 200, Items[answers.Riding](items=[answers.Riding.of(row) for row in acts.riding()])


@api.get("/rides/<uuid:ride_id>")
@operation(answers={200: answers.Riding}, tag="logistics", permission=Permission.LOGISTICS_HANDOVER_RECORD)
def one(ride_id: UUID) -> tuple[int, answers.Riding]:
    """Show a ride to the operator's staff and to the carrier that takes it on."""
    return 200, answers.Riding.of(acts.one(ride_id))


@api.post("/rides/<uuid:ride_id>/change")
@operation(
    answers={201: answers.Changed},
    tag="logistics",
    permission=Permission.LOGISTICS_HANDOVER_RECORD,
    body=requests.Change,
    idempotent=True,
)
def change(ride_id: UUID, body: requests.Change, session: Session) -> tuple[int, answers.Changed]:
    """Hand goods from the first carrier to the second, counted: the first is done, the second has them."""
    codes = acts.change(session, ride_id, body)
    return 201, answers.Changed(sscc=list(codes), riding=answers.Riding.of(acts.one(ride_id, session)))


@api.get("/rides/<uuid:ride_id>/departures")
@operation(answers={200: Items[answers.Choice]}, tag="logistics", permission=_OPERATE)
def choices(ride_id: UUID) -> tuple[int, Items[answers.Choice]]:
    """List the second lorries that a ride may be booked on, without the one that it has."""
    return 200, Items[answers.Choice](items=[answers.Choice.of(row) for row in acts.choices(ride_id)])


@api.post("/rides/<uuid:ride_id>/booking")
@operation(answers={201: Rolled}, tag="logistics", permission=_OPERATE, body=requests.Onward, idempotent=True)
def find(ride_id: UUID, body: requests.Onward, session: Session) -> tuple[int, Rolled]:
    """Book a ride that lost its second lorry, or goes by another, on a departure of its carrier."""
    return 201, Rolled.of(acts.find(session, ride_id, body))


@api.get("/order-lines/<uuid:line_id>/second-lorry")
@operation(answers={200: answers.Onward}, tag="orders", permission=Permission.TRADE_ORDER_READ)
def onward(line_id: UUID) -> tuple[int, answers.Onward]:
    """Show both sides of an order the second lorry of a line that changes lorry, and the others that take it on."""
    return 200, answers.Onward.of(acts.onward(line_id), line_id)


@api.put("/order-lines/<uuid:line_id>/second-lorry")
@operation(answers={204: None}, tag="orders", permission=Permission.TRADE_ORDER_PLACE, body=requests.Onward)
def choose(line_id: UUID, body: requests.Onward) -> tuple[int, None]:
    """Let a line go on by another lorry of its second carrier that is proposed, as its buyer."""
    in_unit_of_work(lambda session: acts.choose(session, line_id, body))
    return 204, None
