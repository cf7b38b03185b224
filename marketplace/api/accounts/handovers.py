"""A leaver's hand-over over the API."""

from uuid import UUID

from flask import Blueprint

from marketplace.accounts.queries import handovers as queries
from marketplace.accounts.queries.handovers import HandoverRow
from marketplace.accounts.rules.permissions import Permission
from marketplace.api.accounts.views import own
from marketplace.api.shared.answers import Answer, Created, Instant, Items
from marketplace.api.shared.operations import operation
from marketplace.edge.acts import handovers as acts
from marketplace.edge.identity import require_actor
from marketplace.edge.requests import handovers as requests
from marketplace.kernel.db import in_unit_of_work, reading

api = Blueprint("api_handovers", __name__)

_SELF = Permission.ACCOUNT_SELF


class HandoverSummary(Answer):
    """A hand-over and how it stands: open, done or withdrawn."""

    id: UUID
    leaver_id: UUID
    successor_id: UUID
    state: str
    opened_at: Instant
    ended_at: Instant | None

    @classmethod
    def of(cls, row: HandoverRow) -> "HandoverSummary":
        """Write a hand-over."""
        return cls(
            id=row.id,
            leaver_id=row.leaver_id,
            successor_id=row.successor_id,
            state=row.state.value,
            opened_at=row.opened_at,
            ended_at=row.ended_at,
        )


class Thing(Answer):
    """One thing in the leaver's hand; ``label`` is its reference where it has one."""

    kind: str
    id: UUID
    label: str | None


class Handover(HandoverSummary):
    """A hand-over with its list: what is in hand now, once it is done what was handed over.

    ``content_hash`` is what one confirms; ``waits_for`` the sides - leaver, successor - that have not confirmed it.
    """

    things: list[Thing]
    content_hash: str
    waits_for: list[str]

    @classmethod
    def seen(cls, seen: acts.Seen) -> "Handover":
        """Write a hand-over as the asker sees it."""
        things = [Thing(kind=item.kind.value, id=item.id, label=item.label or None) for item in seen.items]
        done = [Thing(kind=kind.value, id=identity, label=None) for kind, identity in seen.row.items]
        return cls(
            **HandoverSummary.of(seen.row).model_dump(),
            things=things or done,
            content_hash=seen.content_hash,
            waits_for=[side.value for side in seen.waits_for],
        )


class Confirmed(Answer):
    """Whether all is handed over: both have confirmed the same list."""

    done: bool


@api.get("/companies/<uuid:company_id>/handovers")
@operation(answers={200: Items[HandoverSummary]}, tag="accounts", permission=_SELF)
def handovers(company_id: UUID) -> tuple[int, Items[HandoverSummary]]:
    """List the hand-overs one may see, newest first: all for who changes members, else one's own."""
    own(company_id)
    rows = queries.handovers_of(reading(), actor=require_actor())
    return 200, Items[HandoverSummary](items=[HandoverSummary.of(row) for row in rows])


@api.post("/companies/<uuid:company_id>/handovers")
@operation(answers={201: Created}, tag="accounts", permission=_SELF, body=requests.Handover)
def begin(company_id: UUID, body: requests.Handover) -> tuple[int, Created]:
    """Begin a hand-over: one's own, or anybody's for who changes members; a leaver may be gone already."""
    own(company_id)
    return 201, Created(id=in_unit_of_work(lambda session: acts.begin(session, body)))


@api.get("/companies/<uuid:company_id>/handovers/<uuid:handover_id>")
@operation(answers={200: Handover}, tag="accounts", permission=_SELF)
def handover(company_id: UUID, handover_id: UUID) -> tuple[int, Handover]:
    """Show what the leaver has in hand, the hash of the list and who has to confirm it."""
    own(company_id)
    return 200, Handover.seen(acts.see(handover_id))


@api.post("/companies/<uuid:company_id>/handovers/<uuid:handover_id>/confirmation")
@operation(answers={200: Confirmed}, tag="accounts", permission=_SELF, body=requests.Confirmation)
def confirm(company_id: UUID, handover_id: UUID, body: requests.Confirmation) -> tuple[int, Confirmed]:
    """Confirm the list that was looked at, as leaver, as successor, or as who leads for a leaver who is gone.

    With both, the membership, sessions and tokens of the leaver end and everything listed is the successor's. 409
    ``handover_changed`` when the list is another by now.
    """
    own(company_id)
    return 200, Confirmed(done=acts.confirm(handover_id, body))


@api.post("/companies/<uuid:company_id>/handovers/<uuid:handover_id>/withdrawal")
@operation(answers={204: None}, tag="accounts", permission=_SELF)
def withdraw(company_id: UUID, handover_id: UUID) -> tuple[int, None]:
    """End a hand-over without effect."""
    own(company_id)
    acts.withdraw(handover_id)
    return 204, None
