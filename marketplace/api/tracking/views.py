"""Tracking over the API: events of one's bookings, signed reports, links, keys, addresses and posts."""

from typing import Any
from uuid import UUID

from flask import Blueprint
from sqlalchemy.orm import Session

from marketplace.accounts.rules.permissions import Permission
from marketplace.api.shared.answers import Created, Items, Problem
from marketplace.api.shared.operations import operation
from marketplace.api.tracking import answers
from marketplace.edge.acts import tracking as acts
from marketplace.edge.requests import tracking as requests
from marketplace.kernel.db import in_unit_of_work

api = Blueprint("api_tracking", __name__)

_TAG = "tracking"
_READ = Permission.LOGISTICS_TRACKING_READ
_CONNECT = Permission.LOGISTICS_TRACKING_CONNECT
_SHARE = Permission.LOGISTICS_TRACKING_SHARE
_OPERATE = Permission.LOGISTICS_DEPARTURE_OPERATE


@api.get("/track/<token>")
@operation(
    answers={200: answers.PublicWay},
    tag=_TAG,
    public_because="the token is the permission: a party of the booking handed it on",
)
def track(token: str) -> tuple[int, answers.PublicWay]:
    """Show where a booking is by its tracking link: places, times and states, and nothing else."""
    return 200, answers.PublicWay.of(acts.track(token), acts.language())


@api.get("/tracking/events")
@operation(answers={200: Items[answers.Event]}, tag=_TAG, permission=_READ, query=requests.Events)
def events(query: requests.Events) -> tuple[int, Any]:
    """List the events of bookings one sends, receives or carries, as they were learned; ``format=csv`` as a table.

    Retractions are events of their own. Ask again with ``since``, the ``recorded_at`` of the last event read.
    """
    if query.format == "csv":
        return 200, acts.table(query)
    page = acts.events(query)
    return 200, Items[answers.Event](items=[answers.Event.of(row) for row in page.items], next=page.next)


@api.post("/tracking/events")
@operation(
    answers={201: answers.Reported, 401: Problem},
    tag=_TAG,
    public_because="the reporting key's signature is the permission",
    body=requests.Report,
)
def report(body: requests.Report) -> tuple[int, answers.Reported]:
    """Report an event of a departure or house waybill that one is assigned to, or withdraw one's own, or both.

    Signed by Standard Webhooks: ``webhook-id`` (the event's own id: sent again it has the first outcome),
    ``webhook-timestamp``, ``webhook-signature`` over id, timestamp and body; ``webhook-key`` names the key.
    """
    return 201, answers.Reported.of(acts.report(body))


@api.post("/departures/<uuid:departure_id>/events")
@operation(answers={201: Created}, tag=_TAG, permission=_OPERATE, body=requests.Note, idempotent=True)
def note(departure_id: UUID, body: requests.Note, session: Session) -> tuple[int, Created]:
    """Note an event of a departure that one was told; the state of the departure stays."""
    return 201, Created(id=acts.note(session, departure_id, body))


@api.post("/departures/<uuid:departure_id>/events/<uuid:event_id>/retraction")
@operation(answers={201: Created}, tag=_TAG, permission=_OPERATE, idempotent=True)
def retract(departure_id: UUID, event_id: UUID, session: Session) -> tuple[int, Created]:
    """Withdraw an event of a departure or of cargo on it, by a new event."""
    return 201, Created(id=acts.retract(session, departure_id, event_id))


@api.get("/bookings/<uuid:booking_id>/tracking-links")
@operation(answers={200: Items[answers.TrackingLink]}, tag=_TAG, permission=_SHARE)
def links(booking_id: UUID) -> tuple[int, Items[answers.TrackingLink]]:
    """List the tracking links of a booking one sends or receives."""
    rows = acts.own_links(booking_id)
    return 200, Items[answers.TrackingLink](items=[answers.TrackingLink.of(row) for row in rows], next=None)


@api.post("/bookings/<uuid:booking_id>/tracking-links")
@operation(answers={201: answers.TrackingLink}, tag=_TAG, permission=_SHARE)
def share(booking_id: UUID) -> tuple[int, answers.TrackingLink]:
    """Make a link that shows a booking's way to whoever has it, until some days after delivery."""
    return 201, answers.TrackingLink.of(in_unit_of_work(lambda session: acts.share(session, booking_id)))


@api.delete("/tracking-links/<uuid:link_id>")
@operation(answers={204: None}, tag=_TAG, permission=_SHARE)
def revoke_link(link_id: UUID) -> tuple[int, None]:
    """Let a tracking link show nothing any more."""
    in_unit_of_work(lambda session: acts.revoke_link(session, link_id))
    return 204, None


@api.get("/tracking/keys")
@operation(answers={200: Items[answers.Key]}, tag=_TAG, permission=_CONNECT)
def keys() -> tuple[int, Items[answers.Key]]:
    """List the reporting keys of one's company."""
    return 200, Items[answers.Key](items=[answers.Key.of(row) for row in acts.own_keys()], next=None)


@api.post("/tracking/keys")
@operation(answers={201: answers.NewKey}, tag=_TAG, permission=_CONNECT)
def issue_key() -> tuple[int, answers.NewKey]:
    """Make a reporting key; its secret is shown this once."""
    return 201, answers.NewKey.of(acts.issue_key())


@api.delete("/tracking/keys/<uuid:key_id>")
@operation(answers={204: None}, tag=_TAG, permission=_CONNECT)
def revoke_key(key_id: UUID) -> tuple[int, None]:
    """Let a reporting key count no more."""
    in_unit_of_work(lambda session: acts.revoke_key(session, key_id))
    return 204, None


@api.get("/tracking/hooks")
@operation(answers={200: Items[answers.Hook]}, tag=_TAG, permission=_CONNECT)
def hooks() -> tuple[int, Items[answers.Hook]]:
    """List the addresses that get the events of one's bookings, and those that were given up."""
    return 200, Items[answers.Hook](items=[answers.Hook.of(row) for row in acts.own_hooks()], next=None)


@api.post("/tracking/hooks")
@operation(answers={201: answers.NewHook}, tag=_TAG, permission=_CONNECT, body=requests.Address)
def add_hook(body: requests.Address) -> tuple[int, answers.NewHook]:
    """Have the events of one's bookings sent to an https address, signed by Standard Webhooks."""
    return 201, answers.NewHook.of(acts.add_hook(body))


@api.delete("/tracking/hooks/<uuid:hook_id>")
@operation(answers={204: None}, tag=_TAG, permission=_CONNECT)
def end_hook(hook_id: UUID) -> tuple[int, None]:
    """Send nothing more to an address."""
    in_unit_of_work(lambda session: acts.end_hook(session, hook_id))
    return 204, None


@api.get("/tracking/deliveries")
@operation(answers={200: Items[answers.Delivery]}, tag=_TAG, permission=_CONNECT, query=requests.More)
def deliveries(query: requests.More) -> tuple[int, Items[answers.Delivery]]:
    """List what was sent to one's addresses, the newest first: ids and outcomes."""
    page = acts.deliveries(query.cursor)
    return 200, Items[answers.Delivery](items=[answers.Delivery.of(row) for row in page.items], next=page.next)


@api.get("/tracking/posts")
@operation(answers={200: Items[answers.Post]}, tag=_TAG, permission=_OPERATE)
def posts() -> tuple[int, Items[answers.Post]]:
    """List which partner company reports for which place."""
    return 200, Items[answers.Post](items=[answers.Post.of(row) for row in acts.posts()], next=None)


@api.get("/tracking/reporters")
@operation(answers={200: Items[answers.Candidate]}, tag=_TAG, permission=_OPERATE)
def reporters() -> tuple[int, Items[answers.Candidate]]:
    """List the partner companies that may be given a place to report for, the newest first."""
    rows = acts.reporters()
    return 200, Items[answers.Candidate](items=[answers.Candidate.of(row) for row in rows], next=None)


@api.post("/tracking/posts")
@operation(answers={201: Created}, tag=_TAG, permission=_OPERATE, body=requests.Post)
def post(body: requests.Post) -> tuple[int, Created]:
    """Let a partner company report what happens at a place, to every lorry that calls there."""
    return 201, Created(id=in_unit_of_work(lambda session: acts.post(session, body)))


@api.delete("/tracking/posts/<uuid:post_id>")
@operation(answers={204: None}, tag=_TAG, permission=_OPERATE)
def withdraw_post(post_id: UUID) -> tuple[int, None]:
    """Let a company report for a place no more; what it reported stays."""
    in_unit_of_work(lambda session: acts.withdraw_post(session, post_id))
    return 204, None
