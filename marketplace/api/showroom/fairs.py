"""Fairs and registrations over the API."""

from typing import Any
from uuid import UUID

from marketplace.accounts.rules.permissions import Permission
from marketplace.api.shared.answers import Answer, Created, Instant, Items
from marketplace.api.shared.operations import operation
from marketplace.api.showroom.blueprint import api
from marketplace.edge.acts import fairs as acts
from marketplace.edge.identity import require_actor
from marketplace.edge.requests import fairs as requests
from marketplace.exchange.queries import fairs as queries
from marketplace.exchange.queries.fairs import FairRow, SeatRow
from marketplace.kernel import clock
from marketplace.kernel.db import in_unit_of_work, reading

_RUN = Permission.OPERATOR_SHOWROOM_RUN
_EDIT = Permission.CATALOG_LISTING_EDIT
_OPEN = "what the city shows is there to be seen"
_TICKET = "whoever has a ticket may read it and give it back"


class Fair(Answer):
    """A fair or matchmaking day at a place, whose ``zone`` its local times are in; ``taken`` seats of ``capacity``."""

    id: UUID
    kind: str
    state: str
    titles: dict[str, str]
    texts: dict[str, str]
    place: str
    zone: str
    hall: str | None
    country: str | None
    starts_at: Instant
    ends_at: Instant
    register_until: Instant
    capacity: int
    taken: int
    reason: str

    @classmethod
    def of(cls, row: FairRow) -> "Fair":
        """Write a fair."""
        return cls(
            id=row.id,
            kind=row.kind,
            state=row.state,
            titles=dict(row.titles),
            texts=dict(row.texts),
            place=row.place_code,
            zone=row.zone,
            hall=row.hall,
            country=row.country,
            starts_at=row.starts_at,
            ends_at=row.ends_at,
            register_until=row.register_until,
            capacity=row.capacity,
            taken=row.taken,
            reason=row.reason,
        )


class Seat(Answer):
    """A registration; name and address are empty once it was given back or erased."""

    id: UUID
    company_id: UUID
    company: str
    state: str
    name: str
    email: str
    follow_up: bool
    registered_at: Instant

    @classmethod
    def of(cls, row: SeatRow) -> "Seat":
        """Write a registration."""
        return cls(
            id=row.id,
            company_id=row.company_id,
            company=row.company,
            state=row.state,
            name=row.name,
            email=row.email,
            follow_up=row.may_follow_up,
            registered_at=row.registered_at,
        )


class Ticket(Answer):
    """A ticket: its code, and whether there is a seat for it (``confirmed``) or not yet (``waiting``)."""

    code: str
    event_id: UUID
    state: str

    @classmethod
    def of(cls, row: SeatRow) -> "Ticket":
        """Write a ticket."""
        return cls(code=row.code, event_id=row.fair_id, state=row.state)


@api.get("/events")
@operation(answers={200: Items[Fair]}, tag="showroom", public_because=_OPEN, query=requests.FairsQuery)
def fairs(query: requests.FairsQuery) -> tuple[int, Items[Fair]]:
    """List the coming fairs, the next first; of a ``country``'s pavilion where it is named."""
    rows = queries.coming(reading(), now=clock.now(), country=query.country)
    return 200, Items[Fair](items=[Fair.of(row) for row in rows], next=None)


@api.get("/events/all")
@operation(answers={200: Items[Fair]}, tag="showroom", permission=_RUN, query=requests.AllFairsQuery)
def all_fairs(query: requests.AllFairsQuery) -> tuple[int, Items[Fair]]:
    """List every fair, drafts too, the newest first."""
    page = queries.all_fairs(reading(), cursor=query.cursor)
    return 200, Items[Fair](items=[Fair.of(row) for row in page.items], next=page.next)


@api.get("/events/<uuid:fair_id>")
@operation(answers={200: Fair}, tag="showroom", public_because=_OPEN)
def fair(fair_id: UUID) -> tuple[int, Fair]:
    """Show a fair."""
    return 200, Fair.of(queries.fair(reading(), fair_id=fair_id, is_public=True))


@api.post("/events")
@operation(answers={201: Created}, tag="showroom", permission=_RUN, body=requests.FairBody)
def plan_fair(body: requests.FairBody) -> tuple[int, Created]:
    """Write a fair as a draft."""
    return 201, Created(id=in_unit_of_work(lambda session: acts.plan(session, body)))


@api.post("/events/<uuid:fair_id>/acts")
@operation(answers={200: Fair}, tag="showroom", permission=_RUN, body=requests.FairAct)
def act_on_fair(fair_id: UUID, body: requests.FairAct) -> tuple[int, Fair]:
    """Open or close the registration, say that it was held, or cancel it, of which everybody registered is told."""
    in_unit_of_work(lambda session: acts.act(session, fair_id, body))
    return 200, Fair.of(queries.fair(reading(), fair_id=fair_id))


@api.get("/events/<uuid:fair_id>/registrations")
@operation(answers={200: Items[Seat]}, tag="showroom", permission=_RUN)
def seats(fair_id: UUID) -> tuple[int, Items[Seat]]:
    """List who is registered, who came first first."""
    queries.fair(reading(), fair_id=fair_id)
    rows = queries.seats(reading(), fair_id=fair_id)
    return 200, Items[Seat](items=[Seat.of(row) for row in rows], next=None)


@api.post("/events/<uuid:fair_id>/registrations")
@operation(
    answers={201: Ticket},
    tag="showroom",
    permission=Permission.TRADE_EVENT_REGISTER,
    body=requests.GuestBody,
    idempotent=True,
)
def register(fair_id: UUID, body: requests.GuestBody, session: Any) -> tuple[int, Ticket]:
    """Register somebody of the asker's company: a seat, or a place on the waiting list."""
    code = acts.register(session, fair_id, body, locale="en")
    return 201, Ticket.of(queries.seat(session, code=code))


@api.get("/event-tickets/<ticket>")
@operation(answers={200: Ticket}, tag="showroom", public_because=_TICKET)
def ticket(ticket: str) -> tuple[int, Ticket]:
    """Show a ticket."""
    return 200, Ticket.of(queries.seat(reading(), code=ticket))


@api.post("/event-tickets/<ticket>/cancellation")
@operation(answers={200: Ticket}, tag="showroom", public_because=_TICKET)
def give_back(ticket: str) -> tuple[int, Ticket]:
    """Give a seat back: who waits longest gets it; the name and address are deleted."""
    in_unit_of_work(lambda session: acts.give_back(session, ticket))
    return 200, Ticket.of(queries.seat(reading(), code=ticket))


@api.post("/events/<uuid:fair_id>/check-ins")
@operation(answers={201: Created}, tag="showroom", permission=_RUN, body=requests.TicketBody)
def check_in(fair_id: UUID, body: requests.TicketBody) -> tuple[int, Created]:
    """Let somebody in by the ticket, once."""
    return 201, Created(id=in_unit_of_work(lambda session: acts.check_in(session, fair_id, body)))


@api.get("/merchant/events")
@operation(answers={200: Items[Fair]}, tag="showroom", permission=_EDIT)
def own_fairs() -> tuple[int, Items[Fair]]:
    """List the fairs that the asker's company takes part in."""
    rows = queries.taking_part(reading(), company_id=require_actor().company)
    return 200, Items[Fair](items=[Fair.of(row) for row in rows], next=None)


@api.get("/merchant/events/<uuid:fair_id>/visitors")
@operation(answers={200: Items[Seat]}, tag="showroom", permission=Permission.TRADE_LEAD_ANSWER)
def follow_up(fair_id: UUID) -> tuple[int, Items[Seat]]:
    """List the visitors of a fair who agreed that its merchants write to them."""
    rows = acts.follow_up(reading(), fair_id)
    return 200, Items[Seat](items=[Seat.of(row) for row in rows], next=None)
