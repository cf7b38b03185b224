"""Declarations, transit, handovers, cold goods and held lorries: for the operator, carriers and brokers."""

from uuid import UUID

from flask import Blueprint
from sqlalchemy.orm import Session

from marketplace.accounts.rules.permissions import Permission
from marketplace.api.road import answers
from marketplace.api.shared.answers import Created, Items
from marketplace.api.shared.operations import operation
from marketplace.edge.acts import road as acts
from marketplace.edge.requests import road as requests
from marketplace.logistics.road.queries import movements

api = Blueprint("api_road", __name__)

_WORK = Permission.LOGISTICS_ROAD_RECORD
_OPERATE = Permission.LOGISTICS_DEPARTURE_OPERATE
_TAG = "road"


@api.get("/lorries")
@operation(answers={200: Items[answers.ListedLorry]}, tag=_TAG, permission=_WORK, query=requests.Lorries)
def lorries(query: requests.Lorries) -> tuple[int, Items[answers.ListedLorry]]:
    """List the lorries that one's company carries or declares for; those at work for the operator."""
    page = acts.lorries_at_work(query)
    return 200, Items[answers.ListedLorry](items=[answers.ListedLorry.of(row) for row in page.items], next=page.next)


@api.get("/lorries/<uuid:departure_id>")
@operation(answers={200: answers.Lorry}, tag=_TAG, permission=_WORK)
def lorry(departure_id: UUID) -> tuple[int, answers.Lorry]:
    """Show a lorry with what is one's own to do on it."""
    return 200, answers.Lorry.of(acts.lorry(departure_id))


@api.post("/departures/<uuid:departure_id>/brokers")
@operation(answers={204: None}, tag=_TAG, permission=_OPERATE, body=requests.Broker, idempotent=True)
def name_broker(departure_id: UUID, body: requests.Broker, session: Session) -> tuple[int, None]:
    """Let a broker declare what a departure carries on a side, in the place of who did before."""
    acts.name_broker(session, departure_id, body)
    return 204, None


@api.post("/departures/<uuid:departure_id>/brokers/dismissal")
@operation(answers={204: None}, tag=_TAG, permission=_OPERATE, body=requests.Dismissal, idempotent=True)
def dismiss_broker(departure_id: UUID, body: requests.Dismissal, session: Session) -> tuple[int, None]:
    """Let nobody declare for a departure on a side any more; what was recorded stays."""
    acts.dismiss_broker(session, departure_id, body)
    return 204, None


@api.post("/bookings/<uuid:booking_id>/declarations")
@operation(answers={201: Created}, tag=_TAG, permission=_WORK, body=requests.Declaration, idempotent=True)
def declare(booking_id: UUID, body: requests.Declaration, session: Session) -> tuple[int, Created]:
    """Record that a consignment was declared; from now on it is moved or changed only after an amendment."""
    return 201, Created(id=acts.declare(session, booking_id, body))


@api.post("/declarations/<uuid:declaration_id>/amendments")
@operation(answers={201: Created}, tag=_TAG, permission=_WORK, body=requests.Amendment, idempotent=True)
def amend(declaration_id: UUID, body: requests.Amendment, session: Session) -> tuple[int, Created]:
    """Record that customs took a change of a declaration."""
    return 201, Created(id=acts.amend(session, declaration_id, body))


@api.post("/departures/<uuid:departure_id>/transits")
@operation(answers={201: Created}, tag=_TAG, permission=_WORK, body=requests.Transit, idempotent=True)
def draft(departure_id: UUID, body: requests.Transit, session: Session) -> tuple[int, Created]:
    """Draft a transit movement for consignments of a departure, secured by a guarantee."""
    return 201, Created(id=acts.draft(session, departure_id, body))


@api.get("/transits/overdue")
@operation(answers={200: Items[answers.Transit]}, tag=_TAG, permission=_OPERATE)
def overdue() -> tuple[int, Items[answers.Transit]]:
    """List the movements that were to be discharged by now and are not."""
    return 200, Items[answers.Transit](items=[answers.Transit.of(row) for row in acts.overdue()])


@api.get("/transits/<uuid:transit_id>")
@operation(answers={200: answers.Transit}, tag=_TAG, permission=_WORK)
def transit(transit_id: UUID) -> tuple[int, answers.Transit]:
    """Show a movement: what its transit sheet says."""
    return 200, answers.Transit.of(acts.transit(transit_id))


@api.post("/transits/<uuid:transit_id>/steps")
@operation(answers={200: answers.Transit}, tag=_TAG, permission=_WORK, body=requests.TransitStep, idempotent=True)
def step(transit_id: UUID, body: requests.TransitStep, session: Session) -> tuple[int, answers.Transit]:
    """Record what customs did with a movement."""
    acts.step(session, transit_id, body)
    return 200, answers.Transit.of(movements.movement(session, movement_id=transit_id))


@api.post("/departures/<uuid:departure_id>/swaps")
@operation(answers={201: Created}, tag=_TAG, permission=_WORK, body=requests.Swap, idempotent=True)
def swap(departure_id: UUID, body: requests.Swap, session: Session) -> tuple[int, Created]:
    """Hand a lorry over to another tractor and other drivers, at a border or where it broke down."""
    return 201, Created(id=acts.swap(session, departure_id, body))


@api.post("/bookings/<uuid:booking_id>/cooling")
@operation(answers={204: None}, tag=_TAG, permission=_OPERATE, body=requests.Cooling, idempotent=True)
def cool(booking_id: UUID, body: requests.Cooling, session: Session) -> tuple[int, None]:
    """Say at which temperature a consignment is kept, and between which it may be."""
    acts.cool(session, booking_id, body)
    return 204, None


@api.post("/departures/<uuid:departure_id>/pre-cooling")
@operation(answers={201: Created}, tag=_TAG, permission=_WORK, body=requests.PreCooling, idempotent=True)
def pre_cool(departure_id: UUID, body: requests.PreCooling, session: Session) -> tuple[int, Created]:
    """Record that the empty trailer was cooled down, and which logger rides in it."""
    return 201, Created(id=acts.pre_cool(session, departure_id, body))


@api.post("/departures/<uuid:departure_id>/readings")
@operation(answers={200: answers.Kept}, tag=_TAG, permission=_WORK, body=requests.Readings, idempotent=True)
def upload(departure_id: UUID, body: requests.Readings, session: Session) -> tuple[int, answers.Kept]:
    """Keep what a logger measured, each instant once; what stood outside its range for too long opens a case."""
    done = acts.upload(session, departure_id, body.readings.encode(), body.logger)
    return 200, answers.Kept(read=done.read, added=done.added, opened=done.opened)


@api.get("/excursions")
@operation(answers={200: Items[answers.Excursion]}, tag=_TAG, permission=Permission.TRADE_ORDER_READ)
def excursions() -> tuple[int, Items[answers.Excursion]]:
    """List the cases of cold goods that one's company sends or receives, open ones first."""
    return 200, Items[answers.Excursion](items=[answers.Excursion.of(row) for row in acts.own_cases()])


@api.get("/excursions/open")
@operation(answers={200: Items[answers.Excursion]}, tag=_TAG, permission=_OPERATE)
def open_cases() -> tuple[int, Items[answers.Excursion]]:
    """List the cases that are open, whoever's goods they are about."""
    return 200, Items[answers.Excursion](items=[answers.Excursion.of(row) for row in acts.open_cases()])


@api.post("/excursions/<uuid:excursion_id>/closing")
@operation(answers={204: None}, tag=_TAG, permission=_OPERATE, idempotent=True)
def close_case(excursion_id: UUID, session: Session) -> tuple[int, None]:
    """Be done with a case."""
    acts.close_case(session, excursion_id)
    return 204, None


@api.post("/lorries/<uuid:departure_id>/hold")
@operation(answers={204: None}, tag=_TAG, permission=_WORK, body=requests.Hold, idempotent=True)
def hold(departure_id: UUID, body: requests.Hold, session: Session) -> tuple[int, None]:
    """Stop a sealed lorry, as its operator, its carrier or a broker who declares for it; all aboard see the cause."""
    acts.hold(session, departure_id, body)
    return 204, None


@api.post("/lorries/<uuid:departure_id>/resume")
@operation(answers={204: None}, tag=_TAG, permission=_WORK, idempotent=True)
def resume(departure_id: UUID, session: Session) -> tuple[int, None]:
    """Let a held lorry go on, as who held it or as its operator."""
    acts.resume(session, departure_id)
    return 204, None


@api.post("/lorries/<uuid:departure_id>/at-border")
@operation(answers={204: None}, tag=_TAG, permission=_WORK, body=requests.Crossing, idempotent=True)
def at_border(departure_id: UUID, body: requests.Crossing, session: Session) -> tuple[int, None]:
    """Note that a lorry waits at a border, as its carrier or its operator."""
    acts.at_border(session, departure_id, body)
    return 204, None


@api.post("/lorries/<uuid:departure_id>/clear")
@operation(answers={204: None}, tag=_TAG, permission=_WORK, body=requests.Cleared, idempotent=True)
def clear(departure_id: UUID, body: requests.Cleared, session: Session) -> tuple[int, None]:
    """Note that a lorry at a border is cleared and crosses, as its carrier or its operator."""
    acts.clear(session, departure_id, body)
    return 204, None


@api.post("/lorries/<uuid:departure_id>/expected-arrival")
@operation(answers={201: Created}, tag=_TAG, permission=_WORK, body=requests.Expected, idempotent=True)
def expect(departure_id: UUID, body: requests.Expected, session: Session) -> tuple[int, Created]:
    """Say when a lorry is expected at a place ahead of it, as its carrier or its operator; all aboard see it."""
    return 201, Created(id=acts.expect(session, departure_id, body))


@api.get("/departures/<uuid:departure_id>/held-options")
@operation(answers={200: Items[answers.Held]}, tag=_TAG, permission=_OPERATE, query=requests.HeldOptions)
def held_options(departure_id: UUID, query: requests.HeldOptions) -> tuple[int, Items[answers.Held]]:
    """List what may be chosen for each consignment of a held lorry, perishables first; the prices are fictitious."""
    found = acts.held_options(departure_id, query)
    return 200, Items[answers.Held](items=[answers.Held.of(row) for row in found])


@api.post("/departures/<uuid:departure_id>/held-choices")
@operation(answers={201: Created}, tag=_TAG, permission=_OPERATE, body=requests.HeldChoice, idempotent=True)
def choose(departure_id: UUID, body: requests.HeldChoice, session: Session) -> tuple[int, Created]:
    """Let a held lorry wait, or a consignment leave it or go on by another; its cost is recorded to the cause."""
    return 201, Created(id=acts.choose(session, departure_id, body))


@api.get("/departures/<uuid:departure_id>/bulk")
@operation(answers={200: Items[answers.BulkNote]}, tag=_TAG, permission=_WORK)
def noted_of_many(departure_id: UUID) -> tuple[int, Items[answers.BulkNote]]:
    """List what was noted of many consignments of a lorry at once: everything for the operator, a carrier's own."""
    return 200, Items[answers.BulkNote](items=[answers.BulkNote.of(row) for row in acts.bulk_notes(departure_id)])


@api.post("/departures/<uuid:departure_id>/bulk")
@operation(answers={200: answers.Noted}, tag=_TAG, permission=_WORK, body=requests.BulkAct, idempotent=True)
def note_many(departure_id: UUID, body: requests.BulkAct, session: Session) -> tuple[int, answers.Noted]:
    """Note the same of the named consignments of a lorry, or of all: an act, or any code that is reported."""
    note_id = acts.note_many(session, departure_id, body)
    return 200, answers.Noted(id=note_id, count=acts.count_of(session, note_id))


@api.post("/bulk-notes/<uuid:bulk_note_id>/withdrawal")
@operation(answers={200: answers.Withdrawn}, tag=_TAG, permission=_WORK, idempotent=True)
def withdraw_many(bulk_note_id: UUID, session: Session) -> tuple[int, answers.Withdrawn]:
    """Take back everything that was noted at once."""
    return 200, answers.Withdrawn(count=acts.withdraw_many(session, bulk_note_id))
