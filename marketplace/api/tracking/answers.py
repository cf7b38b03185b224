"""What the API says of tracking."""

from uuid import UUID

from marketplace.accounts.queries.directory import PartnerRow
from marketplace.api.shared.answers import Answer, Instant
from marketplace.edge.acts.tracking import Link
from marketplace.edge.journeys import name_of
from marketplace.logistics.queries.departures import StopRow
from marketplace.logistics.queries.tracking import TransportRow
from marketplace.logistics.tracing.queries import standing
from marketplace.logistics.tracing.queries.feed import FeedRow
from marketplace.logistics.tracing.queries.links import Tracked
from marketplace.logistics.tracing.queries.partners import DeliveryRow, HookRow, KeyRow, PostRow
from marketplace.logistics.tracing.rules.estimating import Times
from marketplace.logistics.tracing.rules.vocabulary import business_step
from marketplace.logistics.tracing.services.hooks import Added
from marketplace.logistics.tracing.services.partners import Issued
from marketplace.logistics.tracing.services.reporting import Taken


class Mine(Answer):
    """A booking of the reader's; ``house_waybill`` once the hub took its cargo in."""

    reference: str
    house_waybill: str | None


class Event(Answer):
    """An event of the reader's bookings; one with ``retracts`` withdraws the event of that id."""

    id: UUID
    code: int
    name: str
    epcis_step: str
    classifier: str
    place: str | None
    event_at: Instant
    recorded_at: Instant
    retracts: UUID | None
    departure: str
    bookings: list[Mine]

    @classmethod
    def of(cls, row: FeedRow) -> "Event":
        """Write an event."""
        return cls(
            id=row.id,
            code=row.code,
            name=name_of(row.code),
            epcis_step=business_step(row.code),
            classifier=str(row.classifier),
            place=row.place_code,
            event_at=row.event_at,
            recorded_at=row.recorded_at,
            retracts=row.retracts,
            departure=row.departure,
            bookings=[Mine(reference=mine.reference, house_waybill=mine.house_waybill) for mine in row.bookings],
        )


class Reported(Answer):
    """What became of a report: the event that was noted, the withdrawal that was."""

    event_id: UUID | None
    retraction_id: UUID | None

    @classmethod
    def of(cls, taken: Taken) -> "Reported":
        """Write what was taken."""
        return cls(event_id=taken.event_id, retraction_id=taken.retraction_id)


class PublicStop(Answer):
    """A place on the way and its times."""

    place: str
    name: str
    is_border: bool
    planned_at: Instant
    estimated_at: Instant | None
    actual_at: Instant | None

    @classmethod
    def of(cls, stop: StopRow, times: Times, language: str) -> "PublicStop":
        """Write a stop."""
        return cls(
            place=stop.place.code,
            name=stop.place.called(language),
            is_border=stop.is_border,
            planned_at=times.planned,
            estimated_at=times.estimated,
            actual_at=times.actual,
        )


class PublicEvent(Answer):
    """Something that happened on the way."""

    code: int
    name: str
    place: str | None
    event_at: Instant

    @classmethod
    def of(cls, row: TransportRow) -> "PublicEvent":
        """Write an event."""
        return cls(code=row.code, name=name_of(row.code), place=row.place_code, event_at=row.event_at)


class PublicWay(Answer):
    """What a tracking link shows: state, places and times."""

    state: str
    to: str
    stops: list[PublicStop]
    events: list[PublicEvent]

    @classmethod
    def of(cls, seen: Tracked, language: str) -> "PublicWay":
        """Write a way."""
        return cls(
            state=str(seen.state),
            to=seen.to_place,
            stops=[
                PublicStop.of(stop, times, language)
                for stop, times in zip(seen.stops, standing.times(seen.stops, seen.events), strict=True)
            ],
            events=[PublicEvent.of(row) for row in seen.happened],
        )


class TrackingLink(Answer):
    """A link that shows the way of a booking to whoever has it."""

    id: UUID
    url: str
    created_at: Instant

    @classmethod
    def of(cls, row: Link) -> "TrackingLink":
        """Write a link."""
        return cls(id=row.id, url=row.url, created_at=row.created_at)


class Key(Answer):
    """A reporting key by the name that goes into the header ``webhook-key``."""

    id: UUID
    key: str
    created_at: Instant

    @classmethod
    def of(cls, row: KeyRow) -> "Key":
        """Write a key."""
        return cls(id=row.id, key=row.name, created_at=row.created_at)


class NewKey(Answer):
    """A new reporting key; its secret is shown this once."""

    id: UUID
    key: str
    secret: str

    @classmethod
    def of(cls, issued: Issued) -> "NewKey":
        """Write a new key."""
        return cls(id=issued.id, key=issued.name, secret=issued.secret)


class Hook(Answer):
    """An address that gets events; ``ended_because`` of one that gets none any more."""

    id: UUID
    url: str
    created_at: Instant
    failures: int
    failing_since: Instant | None
    ended_at: Instant | None
    ended_because: str | None

    @classmethod
    def of(cls, row: HookRow) -> "Hook":
        """Write an address."""
        return cls(
            id=row.id,
            url=row.url,
            created_at=row.created_at,
            failures=row.failures,
            failing_since=row.failing_since,
            ended_at=row.ended_at,
            ended_because=None if row.ended_because is None else str(row.ended_because),
        )


class NewHook(Answer):
    """A new address; the secret of its signatures is shown this once."""

    id: UUID
    secret: str

    @classmethod
    def of(cls, added: Added) -> "NewHook":
        """Write a new address."""
        return cls(id=added.id, secret=added.secret)


class Delivery(Answer):
    """One event to one address; ``last_status`` null where nothing answered."""

    id: UUID
    hook_id: UUID
    event_id: UUID
    state: str
    attempts: int
    last_status: int | None
    created_at: Instant
    tried_at: Instant | None

    @classmethod
    def of(cls, row: DeliveryRow) -> "Delivery":
        """Write a delivery."""
        return cls(
            id=row.id,
            hook_id=row.hook_id,
            event_id=row.event_id,
            state=str(row.state),
            attempts=row.attempts,
            last_status=row.last_status,
            created_at=row.created_at,
            tried_at=row.tried_at,
        )


class Post(Answer):
    """A company that reports for a place."""

    id: UUID
    company_id: UUID
    company: str
    place: str
    since: Instant

    @classmethod
    def of(cls, row: PostRow) -> "Post":
        """Write a post."""
        return cls(id=row.id, company_id=row.company_id, company=row.company, place=row.place_code, since=row.since)


class Candidate(Answer):
    """A partner company that may be given a post."""

    id: UUID
    name: str
    kind: str

    @classmethod
    def of(cls, row: PartnerRow) -> "Candidate":
        """Write a company."""
        return cls(id=row.id, name=row.name, kind=str(row.kind))
