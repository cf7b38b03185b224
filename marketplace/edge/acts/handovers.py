"""Hand over what a leaver has in hand, by whoever asks."""

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy.orm import Session

from marketplace.accounts.queries import handovers as queries
from marketplace.accounts.queries.handovers import HandoverRow
from marketplace.accounts.rules.handovers import HandoverState, Item, Side, content_hash, in_order, sides_of
from marketplace.accounts.rules.permissions import Permission
from marketplace.accounts.services import handovers as services
from marketplace.edge.identity import require_actor
from marketplace.edge.requests import handovers as requests
from marketplace.kernel import clock
from marketplace.kernel.db import in_unit_of_work, reading
from marketplace.kernel.errors import NotAllowed
from marketplace.notices import queries as inbox
from marketplace.reports.queries import handovers as lists


@dataclass(frozen=True, slots=True)
class Seen:
    """A hand-over as the asker sees it: what the leaver has in hand now, its hash, and for whom the asker confirms.

    ``waits_for`` names the sides that have not confirmed this very list.
    """

    row: HandoverRow
    items: tuple[Item, ...]
    content_hash: str
    mine: tuple[Side, ...]
    waits_for: tuple[Side, ...]
    leaver_is_gone: bool


def begin(session: Session, body: requests.Handover) -> UUID:
    """Begin a hand-over in the asker's company."""
    return services.open_handover(
        session,
        actor=require_actor(),
        leaver_id=body.leaver_id,
        successor_id=body.successor_id,
        now=clock.now(),
    )


def see(handover_id: UUID) -> Seen:
    """Look at a hand-over with what is in the leaver's hand now."""
    session, actor = reading(), require_actor()
    row = queries.handover(session, actor=actor, handover_id=handover_id)
    if row.state is not HandoverState.OPEN:
        return Seen(row, (), row.leaver_hash or "", (), (), leaver_is_gone=True)
    items = _held(session, actor.company, row.leaver_id)
    current = content_hash(items, leaver_id=row.leaver_id, successor_id=row.successor_id)
    gone = not queries.is_member(session, company_id=actor.company, person_id=row.leaver_id)
    said = {Side.LEAVER: row.leaver_hash, Side.SUCCESSOR: row.successor_hash}
    waits = tuple(side for side in Side if said[side] != current)
    try:
        mine = sides_of(
            actor.person,
            leaver_id=row.leaver_id,
            successor_id=row.successor_id,
            leaver_is_gone=gone,
            leads=actor.may(Permission.COMPANY_MEMBERS_EDIT),
            leads_alone=queries.leaders(session, company_id=actor.company) <= {actor.person},
        )
    except NotAllowed:
        mine = ()
    return Seen(row, items, current, mine, waits, gone)


def confirm(handover_id: UUID, body: requests.Confirmation) -> bool:
    """Confirm the list that was looked at; tell whether all is handed over with that."""
    return in_unit_of_work(
        lambda session: services.confirm(
            session,
            actor=require_actor(),
            handover_id=handover_id,
            content_hash=body.content_hash,
            held=_held,
            now=clock.now(),
        )
    )


def withdraw(handover_id: UUID) -> None:
    """End a hand-over without effect."""
    in_unit_of_work(
        lambda session: services.withdraw(session, actor=require_actor(), handover_id=handover_id, now=clock.now())
    )


def _held(session: Session, company_id: UUID, person_id: UUID) -> tuple[Item, ...]:
    """Return all that a person has in hand: of every feature, and of the inbox, which stands above their lists."""
    found = lists.held(session, company_id=company_id, person_id=person_id, now=clock.now())
    return in_order((*found, *inbox.held(session, company_id, person_id)))
