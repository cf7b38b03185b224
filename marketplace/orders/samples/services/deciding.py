"""What its buyer says of a sample that came: approved, refused, or nothing in time."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from marketplace.accounts.rules.permissions import Permission
from marketplace.kernel.actor import SYSTEM, Actor
from marketplace.kernel.errors import Conflict, NotAllowed, Refused
from marketplace.orders.rules.evidence import check_room
from marketplace.orders.rules.samples import SAMPLE, SampleState
from marketplace.orders.samples.models import SamplePhoto, SampleRemark
from marketplace.orders.samples.services import carrying
from marketplace.orders.samples.services.moving import locked, move
from marketplace.orders.services import deciding
from marketplace.orders.services.evidence import own_files

_LONGEST = 2_000


def decide(
    session: Session,
    *,
    sample_id: UUID,
    approves: bool,
    content_hash: str,
    words: str,
    photos: Sequence[UUID],
    actor: Actor,
    now: datetime,
) -> None:
    """Approve or refuse a sample that came, as its buyer; contracts of later orders name one that was approved.

    The word binds to what it is a sample of: Conflict ``sample_moved`` for another hash than the sample's, ``state``
    before it came and once it was decided. Refused ``words`` for a refusal without any.
    """
    sample, _order = locked(session, sample_id, actor)
    if actor.company != sample.buyer_id:
        raise NotAllowed("only_the_buyer")
    actor.must(Permission.TRADE_ORDER_ACCEPT)
    action = "approve" if approves else "refuse"
    SAMPLE.apply(sample.state, action)
    if content_hash != sample.content_hash:
        raise Conflict("sample_moved", sample=sample.reference)
    if not approves and not words:
        raise Refused.field("words", "required", "what is wrong with it")
    if len(words) > _LONGEST:
        raise Refused.field("words", "too_long", f"at most {_LONGEST} characters")
    files = own_files(session, evidence=photos, actor=actor)
    check_room(before=(), more=[file.size for file in files])
    session.add_all(SamplePhoto(sample_id=sample.id, file_id=file.id) for file in files)
    if words:
        session.add(SampleRemark(sample_id=sample.id, person_id=actor.person, body=words))
    sample.decided_at, sample.decided_by, sample.deadline_at = now, actor.person, None
    move(session, sample, action, actor=actor, now=now, content_hash=sample.content_hash)


def lapse(session: Session, *, sample_id: UUID, now: datetime) -> bool:
    """Give a sample whose time is over its outcome: never sent, lost on its way, or never spoken of.

    False when there is time.
    """
    sample, order = locked(session, sample_id)
    if sample.deadline_at is None or sample.deadline_at > now:
        return False
    if sample.state is SampleState.ORDERED:
        deciding.cancel_overdue(session, order=order, now=now)
        return True
    if sample.state is SampleState.SENT:
        carrying.lose(session, sample=sample, now=now)
        return True
    if sample.state is SampleState.RECEIVED:
        sample.deadline_at = None
        move(session, sample, "lapse", actor=SYSTEM, now=now)
        return True
    return False
