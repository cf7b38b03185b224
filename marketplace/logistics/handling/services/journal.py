"""Keep acts as they come in: once each, whatever becomes of them."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from marketplace.audit import services as audit
from marketplace.kernel.actor import Actor
from marketplace.kernel.db import insert_if_new
from marketplace.kernel.errors import Refused
from marketplace.logistics.handling.models import HandlingAct, HandlingFile, HandlingRemark
from marketplace.logistics.handling.rules.acts import Kind, Outcome, fingerprint


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """An act as it was sent: figures and codes in ``content``, prose and pictures beside it."""

    id: UUID
    kind: Kind
    departure_id: UUID
    device: str
    done_at: datetime
    base: int
    content: dict[str, Any]
    booking_id: UUID | None = None
    subject: UUID | None = None
    remarks: str = ""
    photos: Sequence[UUID] = field(default_factory=tuple)
    signature: UUID | None = None

    @property
    def fingerprint(self) -> str:
        """What tells this act from another under the same id."""
        said = {
            "kind": self.kind,
            "departure": self.departure_id,
            "booking": self.booking_id,
            "device": self.device,
            "done_at": self.done_at.isoformat(),
            "base": self.base,
            "content": self.content,
            "remarks": self.remarks,
        }
        return fingerprint(said)


def enter(session: Session, *, sent: Sent, actor: Actor, now: datetime) -> HandlingAct:
    """Write an act down, refused until it is applied, or return it as it was written before.

    Refused ``id`` where the id is another act's, or another company's.
    """
    insert_if_new(
        session,
        HandlingAct,
        id=sent.id,
        departure_id=sent.departure_id,
        booking_id=sent.booking_id,
        subject=sent.subject,
        kind=sent.kind,
        device=sent.device,
        company_id=actor.company,
        person_id=actor.person_id,
        done_at=sent.done_at,
        recorded_at=now,
        base=sent.base,
        number=0,
        content=sent.content,
        fingerprint=sent.fingerprint,
        outcome=Outcome.REFUSED,
        refusal=None,
        owns=[],
    )
    found = session.scalars(
        sa.select(HandlingAct)
        .where(HandlingAct.id == sent.id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).one()
    if found.company_id != actor.company or found.fingerprint != sent.fingerprint:
        raise Refused.field("id", "act_reused", "an id that no act had before")
    return found


def applied(session: Session, *, act: HandlingAct, sent: Sent, actor: Actor, now: datetime) -> None:
    """Let an act count: it gets its turn among those of its departure, and its remarks and pictures are kept."""
    last = session.scalar(
        sa.select(sa.func.max(HandlingAct.number)).where(HandlingAct.departure_id == act.departure_id)
    )
    act.number, act.outcome, act.refusal = (last or 0) + 1, Outcome.APPLIED, None
    session.flush()
    if sent.remarks:
        session.add(HandlingRemark(act_id=act.id, person_id=actor.person_id, body=sent.remarks))
    for file_id in dict.fromkeys(sent.photos):
        session.add(HandlingFile(act_id=act.id, file_id=file_id, is_signature=False))
    if sent.signature is not None and sent.signature not in sent.photos:
        session.add(HandlingFile(act_id=act.id, file_id=sent.signature, is_signature=True))
    session.flush()
    audit.record(
        session,
        actor=actor,
        action="handling.applied",
        subject="departure",
        subject_id=act.departure_id,
        facts={"act": act.id, "kind": str(act.kind), "booking": act.booking_id, "done_at": act.done_at.isoformat()},
        now=now,
    )


def refused(session: Session, *, act: HandlingAct, code: str) -> None:
    """Keep why an act does not count; sent again, it is tried again."""
    act.refusal = code[:60]
    session.flush()
