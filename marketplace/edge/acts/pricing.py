"""Acts on tariff versions and freight quotes, for pages and API alike."""

from uuid import UUID

from sqlalchemy.orm import Session

from marketplace.edge.identity import require_actor
from marketplace.edge.requests import pricing as requests
from marketplace.kernel import clock
from marketplace.kernel.errors import NotFound
from marketplace.logistics.borders.queries import network
from marketplace.logistics.borders.queries.network import NetworkLine
from marketplace.logistics.pricing.services import versions


def enter(session: Session, line_id: UUID, body: requests.TariffBody) -> UUID:
    """Put in a new version of a line's tariff; return its id."""
    return versions.enter(
        session,
        actor=require_actor(),
        line_id=line_id,
        to_place=body.to,
        rates=body.rates(),
        first_day=body.valid_from,
        note=body.note,
        now=clock.now(),
    )


def line_of(session: Session, line_id: UUID) -> NetworkLine:
    """Return a line; NotFound for an unknown one."""
    found = network.lines(session, line_id=line_id)
    if not found:
        raise NotFound("line")
    return found[0]
