"""Carriers put their own tractors, trailers and drivers on the departures of their lines, and read their scans."""

from dataclasses import replace
from datetime import timedelta
from typing import Final
from uuid import UUID

from flask import Response
from sqlalchemy.orm import Session

from marketplace.accounts.queries import closures
from marketplace.edge.acts import files
from marketplace.edge.acts import fleet as acts
from marketplace.edge.acts.fleet import Manned
from marketplace.edge.identity import require_actor
from marketplace.edge.requests import fleet as requests
from marketplace.files import queries as stored
from marketplace.kernel import clock
from marketplace.kernel.db import reading
from marketplace.kernel.errors import NotFound
from marketplace.kernel.pages import Page
from marketplace.logistics.fleet.queries import crews as queries
from marketplace.logistics.fleet.queries import fleets
from marketplace.logistics.fleet.services import crews
from marketplace.logistics.queries import departures as departure_queries
from marketplace.logistics.queries import running
from marketplace.logistics.queries.departures import DepartureRow

# Lorries that left so long ago are over, or not for another crew.
_SINCE: Final = timedelta(days=3)


def departures(cursor: str | None) -> Page[DepartureRow]:
    """Return the departures of the asker's lines that leave, or are under way, the first at the front."""
    company_id, now = require_actor().company, clock.now()
    since = closures.day_of(reading(), company_id=company_id, now=now) - _SINCE
    return running.running(reading(), now=now, since=since, is_over=False, carrier_id=company_id, cursor=cursor)


def manned(departure_id: UUID) -> Manned:
    """Return a departure of the asker's lines with the crews that it keeps itself; NotFound for any other."""
    company_id = require_actor().company
    row = departure_queries.departure(reading(), departure_id=departure_id, now=clock.now())
    if row.carrier_company_id != company_id:
        raise NotFound("departure")
    seen = acts.manned(departure_id)
    own = tuple(crew for crew in seen.crews if seen.vehicles[crew.tractor_id].company_id == company_id)
    return replace(seen, crews=own)


def assign(session: Session, departure_id: UUID, body: requests.CrewBody) -> UUID:
    """Let an own crew drive a departure of an own line."""
    return acts.assign(session, departure_id, body, carrier_id=require_actor().company)


def departure_of(assignment_id: UUID) -> UUID:
    """Return which departure an own crew drives; NotFound for any other."""
    return queries.departure_of(reading(), assignment_id=assignment_id, company_id=require_actor().company)


def withdraw(session: Session, assignment_id: UUID) -> UUID:
    """Take an own crew off its departure and return which."""
    actor = require_actor()
    departure_id = queries.departure_of(session, assignment_id=assignment_id, company_id=actor.company)
    crews.withdraw(session, actor=actor, assignment_id=assignment_id, now=clock.now(), carrier_id=actor.company)
    return departure_id


def scan(paper_id: UUID) -> Response:
    """Answer with the scan of an own paper."""
    return _scan(paper_id, require_actor().company)


def any_scan(paper_id: UUID) -> Response:
    """Answer with the scan of anybody's paper, for the operator."""
    return _scan(paper_id, None)


def _scan(paper_id: UUID, company_id: UUID | None) -> Response:
    file_id = fleets.scan_of(reading(), paper_id=paper_id, company_id=company_id)
    return files.give(stored.get_any(reading(), file_id=file_id))
