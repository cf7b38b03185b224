"""A carrier's own crews on the departures of its lines, and scans of papers, over the API."""

from typing import Any
from uuid import UUID

from flask import Blueprint
from sqlalchemy.orm import Session

from marketplace.accounts.rules.permissions import Permission
from marketplace.api.fleet import answers
from marketplace.api.shared.answers import Answer, Created, Instant, Items
from marketplace.api.shared.operations import operation
from marketplace.edge.acts import own_crews as acts
from marketplace.edge.requests import fleet as requests
from marketplace.edge.requests.payments import CursorQuery
from marketplace.logistics.queries.departures import DepartureRow

api = Blueprint("api_own_crews", __name__)

_KEEP = Permission.PARTNER_FLEET_KEEP


class OwnDeparture(Answer):
    """A departure of one of the carrier's own lines."""

    id: UUID
    reference: str
    line: str
    state: str
    departs_at: Instant
    stops: list[str]

    @classmethod
    def of(cls, row: DepartureRow) -> "OwnDeparture":
        """Write a departure."""
        return cls(
            id=row.id,
            reference=row.reference,
            line=row.line_code,
            state=str(row.state),
            departs_at=row.departs_at,
            stops=[stop.place.code for stop in row.stops],
        )


@api.get("/fleet/departures")
@operation(answers={200: Items[OwnDeparture]}, tag="fleet", permission=_KEEP, query=CursorQuery)
def departures(query: CursorQuery) -> tuple[int, Items[OwnDeparture]]:
    """List the departures of one's own lines that leave or are under way, the first at the front."""
    page = acts.departures(query.cursor).map(OwnDeparture.of)
    return 200, Items[OwnDeparture](items=list(page.items), next=page.next)


@api.get("/fleet/departures/<uuid:departure_id>/crews")
@operation(answers={200: answers.Crews}, tag="fleet", permission=_KEEP)
def crews(departure_id: UUID) -> tuple[int, answers.Crews]:
    """Show one's own crews on a departure of one's own lines."""
    seen = acts.manned(departure_id)
    found = [answers.Crew.of(row, seen.departure) for row in seen.crews]
    return 200, answers.Crews(departure_id=departure_id, has_dangerous=seen.has_dangerous, crews=found)


@api.post("/fleet/departures/<uuid:departure_id>/crews")
@operation(answers={201: Created}, tag="fleet", permission=_KEEP, body=requests.CrewBody, idempotent=True)
def assign(departure_id: UUID, body: requests.CrewBody, session: Session) -> tuple[int, Created]:
    """Put one's own tractor, trailer and drivers on a departure of one's own lines, or on some legs of it."""
    return 201, Created(id=acts.assign(session, departure_id, body))


@api.post("/fleet/crews/<uuid:crew_id>/withdrawal")
@operation(answers={204: None}, tag="fleet", permission=_KEEP, idempotent=True)
def withdraw(crew_id: UUID, session: Session) -> tuple[int, None]:
    """Take an own crew off its departure before it has driven."""
    acts.withdraw(session, crew_id)
    return 204, None


@api.get("/fleet/papers/<uuid:fleet_paper_id>/file")
@operation(answers={200: None}, tag="fleet", permission=_KEEP)
def scan(fleet_paper_id: UUID) -> tuple[int, Any]:
    """Give the scan of a paper of one's own."""
    return 200, acts.scan(fleet_paper_id)


@api.get("/fleets/papers/<uuid:fleet_paper_id>/file")
@operation(answers={200: None}, tag="fleet", permission=Permission.LOGISTICS_DEPARTURE_OPERATE)
def any_scan(fleet_paper_id: UUID) -> tuple[int, Any]:
    """Give the scan of a paper of any carrier."""
    return 200, acts.any_scan(fleet_paper_id)
