"""Tracking, by whoever asks: events of one's bookings, links, keys, addresses, posts; reports that are signed."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from flask import Response, current_app, request
from sqlalchemy.orm import Session

from marketplace.accounts.queries import directory
from marketplace.accounts.queries.directory import PartnerRow
from marketplace.edge import journeys, limits
from marketplace.edge.acts import accounts
from marketplace.edge.acts.sheets import Table, csv
from marketplace.edge.door import vault
from marketplace.edge.identity import require_actor
from marketplace.edge.requests import tracking as requests
from marketplace.kernel import clock
from marketplace.kernel.db import in_unit_of_work, reading
from marketplace.kernel.errors import FieldError, Refused, TooLarge
from marketplace.kernel.pages import Page
from marketplace.logistics.rules.cargo import Status
from marketplace.logistics.rules.states import Classifier
from marketplace.logistics.tracing.queries import feed, links, partners
from marketplace.logistics.tracing.queries.feed import FeedRow
from marketplace.logistics.tracing.queries.links import Tracked
from marketplace.logistics.tracing.queries.partners import DeliveryRow, HookRow, KeyRow, PostRow
from marketplace.logistics.tracing.rules.vocabulary import business_step
from marketplace.logistics.tracing.services import hooks, reporting
from marketplace.logistics.tracing.services import links as linking
from marketplace.logistics.tracing.services import partners as partnering
from marketplace.logistics.tracing.services.hooks import Added
from marketplace.logistics.tracing.services.partners import Issued
from marketplace.logistics.tracing.services.reporting import About, Message, Said, Taken

# A link is opened by a person now and then; more is somebody trying tokens.
_LOOKS_A_MINUTE: Final = 60
_LARGEST: Final = 64 * 1024
_MOST_PARTNERS: Final = 500
_COLUMNS: Final = (
    "id",
    "departure",
    "bookings",
    "house_waybills",
    "code",
    "name",
    "epcis_step",
    "classifier",
    "place",
    "event_at",
    "recorded_at",
    "retracts",
)


@dataclass(frozen=True, slots=True)
class Link:
    """A tracking link with its whole address, for the parties of its booking."""

    id: UUID
    url: str
    created_at: datetime


def track(token: str) -> Tracked:
    """Return what a link shows; NotFound for one that shows nothing, TooMany for whoever tries many."""
    limits.brake("track", most=_LOOKS_A_MINUTE)
    return links.tracked(reading(), token=token, now=clock.now())


def language() -> str:
    """Return the language that the asker's program reads."""
    return accounts.language_asked()


def links_of(booking_ids: Collection[UUID]) -> Mapping[UUID, tuple[Link, ...]]:
    """Return the links of bookings that were read as the asker's before."""
    found = links.links_of(reading(), booking_ids=booking_ids)
    return {
        booking_id: tuple(Link(row.id, _url(vault().unseal(row.token_sealed)), row.created_at) for row in rows)
        for booking_id, rows in found.items()
    }


def own_links(booking_id: UUID) -> tuple[Link, ...]:
    """Return the links of a booking that the asker's company sends or receives; NotFound for any other."""
    linking.check_party(reading(), actor=require_actor(), booking_id=booking_id)
    return links_of([booking_id]).get(booking_id, ())


def share(session: Session, booking_id: UUID) -> Link:
    """Make a link."""
    now = clock.now()
    made = linking.make(session, actor=require_actor(), booking_id=booking_id, vault=vault(), now=now)
    return Link(made.id, _url(made.token), now)


def revoke_link(session: Session, link_id: UUID) -> None:
    """Let a link show nothing any more."""
    linking.revoke(session, actor=require_actor(), link_id=link_id, now=clock.now())


def events(query: requests.Events) -> Page[FeedRow]:
    """Return the events of the asker's bookings in the order they were learned."""
    return feed.feed(reading(), company_id=require_actor().company, since=query.since, cursor=query.cursor)


def latest() -> tuple[FeedRow, ...]:
    """Return the newest events of the asker's bookings, the latest first."""
    return feed.feed(reading(), company_id=require_actor().company, size=10, latest_first=True).items


def table(query: requests.Events) -> Response:
    """Answer with a page of the same events as CSV; the address of the next page is in the header ``Link``."""
    page = events(query)
    rows = [
        (
            str(row.id),
            row.departure,
            " ".join(mine.reference for mine in row.bookings),
            " ".join(mine.house_waybill for mine in row.bookings if mine.house_waybill),
            row.code,
            journeys.name_of(row.code),
            business_step(row.code),
            str(row.classifier),
            row.place_code or "",
            row.event_at.isoformat(),
            row.recorded_at.isoformat(),
            str(row.retracts or ""),
        )
        for row in page.items
    ]
    answer = csv(Table("events", _COLUMNS, rows), name="tracking-events")
    if page.next:
        answer.headers["Link"] = f'<{request.path}?format=csv&cursor={page.next}>; rel="next"'
    return answer


def report(body: requests.Report) -> Taken:
    """Take one signed message; Unauthenticated for any other."""
    raw = request.get_data(cache=True)
    message = Message(
        key=request.headers.get("webhook-key", ""),
        id=request.headers.get("webhook-id", ""),
        timestamp=request.headers.get("webhook-timestamp", ""),
        signatures=request.headers.get("webhook-signature", ""),
        body=raw,
    )

    def work(session: Session) -> Taken:
        now = clock.now()
        key_id = reporting.signer(session, message=message, vault=vault(), now=now)
        if len(raw) > _LARGEST:
            raise TooLarge("too_large", accepted="64 kB")
        said = None if _is_withdrawal(body) else _said(body)
        about = About(departure=body.departure, house_waybill=body.house_waybill)
        return reporting.report(
            session, key_id=key_id, message=message, about=about, said=said, retracts=body.retracts, now=now
        )

    return in_unit_of_work(work)


def note(session: Session, departure_id: UUID, body: requests.Note) -> UUID:
    """Note what an operator learned of a departure, now where no moment is named."""
    now = clock.now()
    said = Said(_status(body.code), body.classifier, body.place, body.event_at or now)
    return reporting.note(session, actor=require_actor(), departure_id=departure_id, said=said, now=now)


def retract(session: Session, departure_id: UUID, event_id: UUID) -> UUID:
    """Withdraw an event of a departure."""
    return reporting.retract(
        session, actor=require_actor(), departure_id=departure_id, event_id=event_id, now=clock.now()
    )


def own_keys() -> tuple[KeyRow, ...]:
    """Return the reporting keys of the asker's company."""
    return partners.keys(reading(), company_id=require_actor().company)


def issue_key() -> Issued:
    """Make a reporting key; its secret is read this once."""
    return in_unit_of_work(
        lambda session: partnering.issue_key(session, actor=require_actor(), vault=vault(), now=clock.now())
    )


def revoke_key(session: Session, key_id: UUID) -> None:
    """Let a key count no more."""
    partnering.revoke_key(session, actor=require_actor(), key_id=key_id, now=clock.now())


def own_hooks() -> tuple[HookRow, ...]:
    """Return the addresses of the asker's company."""
    return partners.hooks(reading(), company_id=require_actor().company)


def add_hook(body: requests.Address) -> Added:
    """Send events to an address from now on; its secret is read this once."""
    inside = not current_app.extensions["city.settings"].is_production
    return in_unit_of_work(
        lambda session: hooks.add(
            session, actor=require_actor(), url=body.url, inside=inside, vault=vault(), now=clock.now()
        )
    )


def end_hook(session: Session, hook_id: UUID) -> None:
    """Send nothing more to an address."""
    hooks.end(session, actor=require_actor(), hook_id=hook_id, now=clock.now())


def deliveries(cursor: str | None = None) -> Page[DeliveryRow]:
    """Return what was sent to the addresses of the asker's company."""
    return partners.deliveries(reading(), company_id=require_actor().company, cursor=cursor)


def posts() -> tuple[PostRow, ...]:
    """Return who reports for which place."""
    return partners.posts(reading())


def reporters() -> tuple[PartnerRow, ...]:
    """Return the partner companies that may be given a post."""
    return directory.partners(reading(), size=_MOST_PARTNERS).items


def post(session: Session, body: requests.Post) -> UUID:
    """Let a partner company report for a place."""
    return partnering.post(
        session, actor=require_actor(), company_id=body.company, place_code=body.place, now=clock.now()
    )


def withdraw_post(session: Session, post_id: UUID) -> None:
    """Let a company report for a place no more."""
    partnering.withdraw_post(session, actor=require_actor(), post_id=post_id, now=clock.now())


def _url(token: str) -> str:
    return f"{current_app.extensions['city.settings'].base_url}/track/{token}"


def _is_withdrawal(body: requests.Report) -> bool:
    named = (body.code, body.classifier, body.place, body.event_at, body.departure, body.house_waybill)
    return body.retracts is not None and named == (None,) * len(named)


_EITHER: Final = ("departure", "house_waybill")


def _said(body: requests.Report) -> Said:
    """Return the event that a report names in full; Refused for what is missing, or named twice."""
    errors = [FieldError(name, "required", "a value") for name in requests.NEEDED if getattr(body, name) is None]
    if (body.departure is None) == (body.house_waybill is None):
        errors += [FieldError(name, "one_of", ", ".join(_EITHER)) for name in _EITHER]
    if errors or body.code is None or body.classifier is None or body.event_at is None:
        raise Refused.fields(*errors)
    return Said(_status(body.code), Classifier(body.classifier), body.place, body.event_at)


def _status(code: int) -> Status:
    try:
        return Status(code)
    except ValueError:
        raise Refused.field("code", "choice", ", ".join(str(int(one)) for one in Status)) from None
