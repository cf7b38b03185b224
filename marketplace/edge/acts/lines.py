"""Acts of operators on lines, for pages and API alike."""

from uuid import UUID

from sqlalchemy.orm import Session

from marketplace.edge.identity import require_actor
from marketplace.edge.requests import lines as requests
from marketplace.kernel import clock
from marketplace.logistics.services import lines
from marketplace.logistics.services.lines import LineDraft


def make(session: Session, body: requests.LineBody) -> UUID:
    """Make a line; return its id."""
    draft = LineDraft(body.code, body.name, body.names, body.hub, body.carrier, body.legs, body.first_day)
    return lines.make(session, actor=require_actor(), draft=draft, now=clock.now())


def rename(session: Session, line_id: UUID, body: requests.NameBody) -> None:
    """Let a line be called otherwise."""
    lines.rename(session, actor=require_actor(), line_id=line_id, name=body.name, names=body.names, now=clock.now())


def lead(session: Session, line_id: UUID, body: requests.LeadBody) -> UUID:
    """Lead a line another way from a day on; return the line that goes on."""
    return lines.lead(
        session,
        actor=require_actor(),
        line_id=line_id,
        code=body.code,
        legs=body.legs,
        first_day=body.first_day,
        now=clock.now(),
    )


def end(session: Session, line_id: UUID, body: requests.EndBody) -> None:
    """Let a line run to a day, the last."""
    lines.end(session, actor=require_actor(), line_id=line_id, last_day=body.last_day, now=clock.now())
