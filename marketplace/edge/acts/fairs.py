"""Plan fairs, register people, let them in, by whoever asks."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from flask import current_app
from sqlalchemy.orm import Session

from marketplace.edge.acts.showroom import read_email
from marketplace.edge.identity import current_actor, require_actor
from marketplace.edge.requests import fairs as requests
from marketplace.exchange.queries import fairs as queries
from marketplace.exchange.queries.fairs import SeatRow
from marketplace.exchange.rules.fairs import Plan, calendar
from marketplace.exchange.services import fairs
from marketplace.kernel import clock, languages
from marketplace.kernel.cells import as_csv
from marketplace.kernel.errors import Refused
from marketplace.reference import queries as reference


def plan(session: Session, body: requests.FairBody) -> UUID:
    """Write a fair as a draft."""
    place = reference.places_by_code(session, [body.place]).get(body.place)
    if place is None:
        raise Refused.field("place", "unknown")
    given = Plan(
        kind=body.kind,
        titles=body.titles,
        texts=body.texts,
        place_code=place.code,
        hall_id=body.hall_id,
        country=body.country,
        starts_at=_there(body.starts_at, place.zone),
        ends_at=_there(body.ends_at, place.zone),
        register_until=_there(body.register_until, place.zone),
        capacity=body.capacity,
        merchants=tuple(body.merchants),
    )
    return fairs.plan(session, actor=require_actor(), given=given, now=clock.now())


def act(session: Session, fair_id: UUID, body: requests.FairAct) -> None:
    """Open, close, hold or cancel a fair."""
    given = {"fair_id": fair_id, "action": body.action, "reason": body.reason or ""}
    fairs.act(session, actor=require_actor(), **given, now=clock.now())


def register(session: Session, fair_id: UUID, body: requests.GuestBody, *, locale: str) -> str:
    """Register somebody of the asker's company and return the ticket."""
    given = {"name": body.name, "email": read_email(body.email), "locale": locale}
    return fairs.register(
        session, actor=require_actor(), fair_id=fair_id, may_follow_up=body.follow_up, **given, now=clock.now()
    )


def give_back(session: Session, ticket: str) -> None:
    """Give a seat back by its ticket."""
    fairs.give_back(session, actor=current_actor(), code=ticket, now=clock.now())


def check_in(session: Session, fair_id: UUID, body: requests.TicketBody) -> UUID:
    """Let somebody in by the ticket."""
    return fairs.check_in(session, actor=require_actor(), fair_id=fair_id, code=body.code, now=clock.now())


def entry(session: Session, ticket: str, *, locale: str) -> str:
    """Return a ticket's fair as an iCalendar file."""
    seat = queries.seat(session, code=ticket)
    fair = queries.fair(session, fair_id=seat.fair_id)
    base: str = current_app.extensions["city.settings"].base_url
    return calendar(
        uid=f"{seat.id}@fair",
        stamp=seat.registered_at,
        starts_at=fair.starts_at,
        ends_at=fair.ends_at,
        title=fair.titles.get(locale, fair.titles["en"]),
        place=" ".join(filter(None, (fair.place_names.get(locale, fair.place_names["en"]), fair.hall))),
        url=f"{base}{languages.prefix(locale)}/events/tickets/{ticket}",
    )


def as_table(rows: tuple[SeatRow, ...]) -> bytes:
    """Return visitors as CSV whose cells no sheet program takes for formulas."""
    head = ("company", "name", "email", "state")
    return ("\ufeff" + as_csv((head, *((row.company, row.name, row.email, row.state) for row in rows)))).encode()


def follow_up(session: Session, fair_id: UUID) -> Any:
    """Return whom the asker's company may follow up."""
    return queries.follow_up(session, fair_id=fair_id, company_id=require_actor().company)


def _there(moment: datetime, zone: str) -> datetime:
    """Return an instant that is named by the clock of a place, unless it names its own zone."""
    return (moment if moment.tzinfo else moment.replace(tzinfo=ZoneInfo(zone))).astimezone(UTC)
