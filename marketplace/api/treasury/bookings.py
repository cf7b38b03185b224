"""The card provider's books against the city's, over the API."""

from uuid import UUID

from sqlalchemy.orm import Session

from marketplace.accounts.rules.permissions import Permission
from marketplace.api.shared.answers import Answer, Instant, Items
from marketplace.api.shared.operations import operation
from marketplace.api.treasury.blueprint import api
from marketplace.edge.acts import bookings as acts
from marketplace.edge.requests import bookings as requests
from marketplace.edge.requests.payments import CursorQuery
from marketplace.kernel.db import reading
from marketplace.payments.queries.bookings import BookingRow, RunRow


class ProviderBooking(Answer):
    """A line of the provider's books, in signed minor units; ``booked_minor`` is what the city's say, null for nothing.

    ``state``: ``matched``; ``unmatched``, nothing here is about it; ``missing``, not booked here; ``differs``;
    ``resolved``, somebody said why it is right. ``settled_minor``: what the provider's balance moved by, in
    ``fee_currency`` and at ``rate``, where it changed the money.
    """

    id: UUID
    provider_id: str
    kind: str
    source_id: str | None
    currency: str
    amount_minor: int
    fee_currency: str
    fee_minor: int
    settled_minor: int | None
    rate: str | None
    booked_minor: int | None
    booked_fee_minor: int
    state: str
    reason: str | None
    at: Instant

    @classmethod
    def of(cls, row: BookingRow) -> "ProviderBooking":
        """Write a line."""
        return cls(
            id=row.id,
            provider_id=row.provider_id,
            kind=str(row.kind),
            source_id=row.source_id,
            currency=row.currency,
            amount_minor=row.amount_minor,
            fee_currency=row.fee_currency,
            fee_minor=row.fee_minor,
            settled_minor=row.settled_minor,
            rate=row.rate,
            booked_minor=row.booked_minor,
            booked_fee_minor=row.booked_fee_minor,
            state=str(row.state),
            reason=row.reason,
            at=row.at,
        )


class BookingRun(Answer):
    """A reading of the provider's books, and how many lines were not as the city's after it."""

    since: Instant
    until: Instant
    read: int
    differences: int
    at: Instant

    @classmethod
    def of(cls, row: RunRow) -> "BookingRun":
        """Write a reading."""
        return cls(since=row.since, until=row.until, read=row.read, differences=row.differences, at=row.at)


@api.get("/provider-bookings")
@operation(
    answers={200: Items[ProviderBooking]},
    tag="treasury",
    permission=Permission.OPERATOR_PAYOUT_READ,
    query=requests.BookingsQuery,
)
def bookings(query: requests.BookingsQuery) -> tuple[int, Items[ProviderBooking]]:
    """List the provider's lines in a state; without one, all that are not as the city's."""
    page = acts.many(reading(), query).map(ProviderBooking.of)
    return 200, Items[ProviderBooking](items=list(page.items), next=page.next)


@api.get("/provider-bookings/runs")
@operation(
    answers={200: Items[BookingRun]}, tag="treasury", permission=Permission.OPERATOR_PAYOUT_READ, query=CursorQuery
)
def booking_runs(query: CursorQuery) -> tuple[int, Items[BookingRun]]:
    """List the readings of the provider's books, newest first."""
    page = acts.runs(reading(), query.cursor).map(BookingRun.of)
    return 200, Items[BookingRun](items=list(page.items), next=page.next)


@api.post("/provider-bookings/<uuid:booking_id>/resolution")
@operation(
    answers={204: None},
    tag="treasury",
    permission=Permission.OPERATOR_PAYOUT_APPROVE,
    body=requests.Resolution,
    idempotent=True,
)
def resolve_booking(booking_id: UUID, body: requests.Resolution, session: Session) -> tuple[int, None]:
    """Say why a line that is not as the city's is right all the same."""
    acts.resolve(session, booking_id, body)
    return 204, None
