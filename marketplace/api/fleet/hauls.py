"""Ranges of departures that another carrier drives: offered, taken, manned, reported from."""

from uuid import UUID

from flask import Blueprint
from sqlalchemy.orm import Session

from marketplace.accounts.rules.permissions import Permission
from marketplace.api.fleet import answers
from marketplace.api.shared.answers import Answer, Created, Instant, Items
from marketplace.api.shared.operations import operation
from marketplace.edge.acts import hauls as acts
from marketplace.edge.requests import fleet as crew_requests
from marketplace.edge.requests import hauls as requests
from marketplace.logistics.fleet.queries.hauls import HaulRow
from marketplace.logistics.queries.departures import DepartureRow

api = Blueprint("api_hauls", __name__)

_WORK = Permission.LOGISTICS_ROAD_RECORD
_KEEP = Permission.PARTNER_FLEET_KEEP
_TAG = "fleet"


class Haul(Answer):
    """A range of a departure, by the codes of its stops, and the carrier that it was offered to."""

    id: UUID
    departure_id: UUID
    departure: str
    carrier_id: UUID
    from_stop: str
    to_stop: str
    state: str
    offered_at: Instant
    answered_at: Instant | None

    @classmethod
    def of(cls, row: HaulRow, departure: DepartureRow) -> "Haul":
        """Write a haul."""
        return cls(
            id=row.id,
            departure_id=row.departure_id,
            departure=departure.reference,
            carrier_id=row.company_id,
            from_stop=departure.stops[row.first_stop].place.code,
            to_stop=departure.stops[row.last_stop].place.code,
            state=row.state,
            offered_at=row.offered_at,
            answered_at=row.answered_at,
        )


class HaulStop(Answer):
    """A stop of the range: when the lorry is planned there, and when it was."""

    place: str
    planned_at: Instant
    reached_at: Instant | None


class Ride(Answer):
    """What rides on the range and where it leaves the lorry."""

    booking: str
    house_waybill: str | None
    to: str
    cartons: int
    kg: str


class OwnHaul(Answer):
    """A haul as its carrier sees it: its range alone, what rides on it, its own crews."""

    haul: Haul
    stops: list[HaulStop]
    manifest: list[Ride]
    has_dangerous: bool
    crews: list[answers.Crew]
    trailers: list[UUID]

    @classmethod
    def of(cls, seen: acts.Seen) -> "OwnHaul":
        """Write it."""
        return cls(
            haul=Haul.of(seen.haul, seen.departure),
            stops=[HaulStop(place=one.place.code, planned_at=one.eta, reached_at=one.reached_at) for one in seen.stops],
            manifest=[
                Ride(
                    booking=row.booking,
                    house_waybill=row.house_waybill,
                    to=row.to_place,
                    cartons=row.cartons,
                    kg=f"{row.grams / 1_000:.3f}",
                )
                for row in seen.rides
            ],
            has_dangerous=seen.has_dangerous,
            crews=[answers.Crew.of(row, seen.departure) for row in seen.crews],
            trailers=[row.id for row in seen.trailers],
        )


@api.get("/departures/<uuid:departure_id>/hauls")
@operation(answers={200: Items[Haul]}, tag=_TAG, permission=_WORK)
def given(departure_id: UUID) -> tuple[int, Items[Haul]]:
    """List the ranges of a departure that were offered to other carriers, for the operator and its own carrier."""
    found = acts.given(departure_id)
    return 200, Items[Haul](items=[Haul.of(row, found.departure) for row in found.hauls])


@api.post("/departures/<uuid:departure_id>/hauls")
@operation(answers={201: Created}, tag=_TAG, permission=_WORK, body=requests.OfferBody, idempotent=True)
def offer(departure_id: UUID, body: requests.OfferBody, session: Session) -> tuple[int, Created]:
    """Offer a carrier a range of stops of a departure."""
    return 201, Created(id=acts.offer(session, departure_id, body))


@api.post("/hauls/<uuid:haul_id>/withdrawal")
@operation(answers={204: None}, tag=_TAG, permission=_WORK, idempotent=True)
def withdraw(haul_id: UUID, session: Session) -> tuple[int, None]:
    """Take back an offer, or a haul that no crew is assigned to."""
    acts.withdraw(session, haul_id)
    return 204, None


@api.get("/hauls")
@operation(answers={200: Items[Haul]}, tag=_TAG, permission=_KEEP)
def own() -> tuple[int, Items[Haul]]:
    """List the hauls that were offered to one's company, the latest first."""
    return 200, Items[Haul](items=[Haul.of(row, departure) for row, departure in acts.own()])


@api.get("/hauls/<uuid:haul_id>")
@operation(answers={200: OwnHaul}, tag=_TAG, permission=_KEEP)
def haul(haul_id: UUID) -> tuple[int, OwnHaul]:
    """Show a haul of one's company: its stops, what rides on it, one's own crews."""
    return 200, OwnHaul.of(acts.seen(haul_id))


@api.post("/hauls/<uuid:haul_id>/acceptance")
@operation(answers={204: None}, tag=_TAG, permission=_KEEP, idempotent=True)
def accept(haul_id: UUID, session: Session) -> tuple[int, None]:
    """Take a haul that was offered."""
    acts.answer(session, haul_id, takes=True)
    return 204, None


@api.post("/hauls/<uuid:haul_id>/refusal")
@operation(answers={204: None}, tag=_TAG, permission=_KEEP, idempotent=True)
def decline(haul_id: UUID, session: Session) -> tuple[int, None]:
    """Decline a haul that was offered."""
    acts.answer(session, haul_id, takes=False)
    return 204, None


@api.post("/hauls/<uuid:haul_id>/crews")
@operation(answers={201: Created}, tag=_TAG, permission=_KEEP, body=crew_requests.CrewBody, idempotent=True)
def man(haul_id: UUID, body: crew_requests.CrewBody, session: Session) -> tuple[int, Created]:
    """Let own tractor and drivers drive an accepted haul; their papers are checked for its range and the way back."""
    return 201, Created(id=acts.man(session, haul_id, body))


@api.post("/hauls/<uuid:haul_id>/events")
@operation(answers={201: Created}, tag=_TAG, permission=_KEEP, body=requests.EventBody, idempotent=True)
def report(haul_id: UUID, body: requests.EventBody, session: Session) -> tuple[int, Created]:
    """Report an event at a stop of an accepted haul."""
    return 201, Created(id=acts.report(session, haul_id, body))
