"""Borders, figures of legs and weekly services, as operators keep them."""

from uuid import UUID

from flask import Blueprint
from sqlalchemy.orm import Session

from marketplace.accounts.rules.permissions import Permission
from marketplace.api.network import answers
from marketplace.api.shared.answers import Created, Items
from marketplace.api.shared.operations import operation
from marketplace.edge.acts import borders as acts
from marketplace.edge.requests import borders as requests
from marketplace.kernel import clock
from marketplace.kernel.db import in_unit_of_work, reading
from marketplace.logistics.borders.queries import crossings as queries
from marketplace.logistics.borders.queries import network
from marketplace.logistics.queries import weekly

api = Blueprint("api_network", __name__)

_EDIT = Permission.OPERATOR_NETWORK_EDIT


@api.get("/network/legs/<uuid:leg_id>")
@operation(answers={200: answers.Leg}, tag="network", permission=_EDIT)
def leg(leg_id: UUID) -> tuple[int, answers.Leg]:
    """Show one leg, and what its figures were before."""
    return 200, answers.Leg.of(network.leg(reading(), leg_id=leg_id))


@api.put("/network/legs/<uuid:leg_id>")
@operation(answers={200: answers.Leg}, tag="network", permission=_EDIT, body=requests.LegBody)
def change_leg(leg_id: UUID, body: requests.LegBody) -> tuple[int, answers.Leg]:
    """Let a leg have other figures for departures planned from now on; those that are planned keep theirs."""
    in_unit_of_work(lambda session: acts.change_leg(session, leg_id, body))
    return 200, answers.Leg.of(network.leg(reading(), leg_id=leg_id))


@api.get("/network/services")
@operation(answers={200: Items[answers.Service]}, tag="network", permission=_EDIT)
def services() -> tuple[int, Items[answers.Service]]:
    """List the weekly services of every line, those that ended among them."""
    return 200, Items[answers.Service](items=[answers.Service.of(row) for row in weekly.services(reading())])


@api.post("/network/services")
@operation(answers={201: Created}, tag="network", permission=_EDIT, body=requests.ServiceBody, idempotent=True)
def begin_service(body: requests.ServiceBody, session: Session) -> tuple[int, Created]:
    """Let a line run every week on a day; its departures are planned at once."""
    return 201, Created(id=acts.begin_service(session, body))


@api.post("/network/services/<uuid:service_id>/end")
@operation(answers={204: None}, tag="network", permission=_EDIT, idempotent=True)
def end_service(service_id: UUID, session: Session) -> tuple[int, None]:
    """Plan no more departures of a weekly service; those that are there run."""
    acts.end_service(session, service_id)
    return 204, None


@api.get("/network/crossings")
@operation(answers={200: Items[answers.Crossing]}, tag="network", permission=_EDIT)
def crossings() -> tuple[int, Items[answers.Crossing]]:
    """List every crossing with both sides, whether it is open now, its closures and the rules of its lanes."""
    found = queries.crossings(reading(), now=clock.now())
    return 200, Items[answers.Crossing](items=[answers.Crossing.of(row) for row in found])


@api.get("/network/crossings/<uuid:crossing_id>")
@operation(answers={200: answers.Crossing}, tag="network", permission=_EDIT)
def crossing(crossing_id: UUID) -> tuple[int, answers.Crossing]:
    """Show one crossing."""
    return 200, answers.Crossing.of(queries.crossing(reading(), crossing_id=crossing_id, now=clock.now()))


@api.post("/network/crossings/<uuid:crossing_id>/hours")
@operation(answers={201: Created}, tag="network", permission=_EDIT, body=requests.HoursBody)
def add_hours(crossing_id: UUID, body: requests.HoursBody) -> tuple[int, Created]:
    """Let a side be open at these hours, in place of those that hold or beside them."""
    return 201, Created(id=in_unit_of_work(lambda session: acts.add_hours(session, crossing_id, body)))


@api.post("/network/hours/<uuid:hours_id>/end")
@operation(answers={204: None}, tag="network", permission=_EDIT, body=requests.LastDayBody)
def end_hours(hours_id: UUID, body: requests.LastDayBody) -> tuple[int, None]:
    """Let hours hold until a day, the last."""
    in_unit_of_work(lambda session: acts.end_hours(session, hours_id, body))
    return 204, None


@api.post("/network/crossings/<uuid:crossing_id>/closures")
@operation(answers={201: answers.ClosureWithDelays}, tag="network", permission=_EDIT, body=requests.ClosureBody)
def close(crossing_id: UUID, body: requests.ClosureBody) -> tuple[int, answers.ClosureWithDelays]:
    """Close a side or the whole crossing for a time; the answer names the departures that it delays."""
    border_closure_id = in_unit_of_work(lambda session: acts.close(session, crossing_id, body))
    return 201, _closure(border_closure_id)


@api.post("/network/crossings/<uuid:crossing_id>/closure-proposals")
@operation(answers={200: answers.Proposed}, tag="network", permission=_EDIT)
def propose(crossing_id: UUID) -> tuple[int, answers.Proposed]:
    """Propose to close each side on the coming public holidays of its country; nothing is closed by that."""
    return 200, answers.Proposed(proposed=in_unit_of_work(lambda session: acts.propose(session, crossing_id)))


@api.get("/network/closures/<uuid:border_closure_id>")
@operation(answers={200: answers.ClosureWithDelays}, tag="network", permission=_EDIT)
def closure(border_closure_id: UUID) -> tuple[int, answers.ClosureWithDelays]:
    """Show a closure and the departures that it was found to delay."""
    return 200, _closure(border_closure_id)


@api.post("/network/closures/<uuid:border_closure_id>/confirm")
@operation(answers={200: answers.ClosureWithDelays}, tag="network", permission=_EDIT)
def confirm(border_closure_id: UUID) -> tuple[int, answers.ClosureWithDelays]:
    """Let a proposed closure count; the answer names the departures that it delays."""
    in_unit_of_work(lambda session: acts.decide(session, border_closure_id, "confirm"))
    return 200, _closure(border_closure_id)


@api.post("/network/closures/<uuid:border_closure_id>/drop")
@operation(answers={204: None}, tag="network", permission=_EDIT)
def drop(border_closure_id: UUID) -> tuple[int, None]:
    """Let a proposed closure be; it is not proposed again."""
    in_unit_of_work(lambda session: acts.decide(session, border_closure_id, "drop"))
    return 204, None


@api.post("/network/closures/<uuid:border_closure_id>/withdraw")
@operation(answers={204: None}, tag="network", permission=_EDIT)
def withdraw(border_closure_id: UUID) -> tuple[int, None]:
    """Take a closure back; what it delayed is expected anew."""
    in_unit_of_work(lambda session: acts.decide(session, border_closure_id, "withdraw"))
    return 204, None


@api.post("/network/crossings/<uuid:crossing_id>/rules")
@operation(answers={201: Created}, tag="network", permission=_EDIT, body=requests.RuleBody)
def add_rule(crossing_id: UUID, body: requests.RuleBody) -> tuple[int, Created]:
    """Let a lane of the crossing take only what a rule allows."""
    return 201, Created(id=in_unit_of_work(lambda session: acts.add_rule(session, crossing_id, body)))


@api.post("/network/rules/<uuid:lane_rule_id>/end")
@operation(answers={204: None}, tag="network", permission=_EDIT, body=requests.LastDayBody)
def end_rule(lane_rule_id: UUID, body: requests.LastDayBody) -> tuple[int, None]:
    """Let a rule hold until a day, the last."""
    in_unit_of_work(lambda session: acts.end_rule(session, lane_rule_id, body))
    return 204, None


def _closure(border_closure_id: UUID) -> answers.ClosureWithDelays:
    session = reading()
    return answers.ClosureWithDelays(
        closure=answers.Closure.of(queries.closure(session, closure_id=border_closure_id)),
        delays=[answers.Delay.of(row) for row in queries.delays(session, closure_id=border_closure_id)],
    )
