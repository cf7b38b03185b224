"""Write remarks down, hide them from the public and show them again, forget the words of who was erased."""

from datetime import datetime
from functools import partial
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from marketplace.accounts import queries as accounts
from marketplace.accounts.events import PersonErased
from marketplace.accounts.rules.permissions import Permission
from marketplace.audit import services as audit
from marketplace.catalog.services import said
from marketplace.exchange.events.remarks import RemarkHidden
from marketplace.exchange.models.remarks import Remark
from marketplace.exchange.queries import remarks as queries
from marketplace.exchange.rules import remarks as rules
from marketplace.exchange.rules.remarks import RemarkKind
from marketplace.kernel.actor import Actor
from marketplace.kernel.errors import NotAllowed, NotFound
from marketplace.kernel.events import record
from marketplace.kernel.ids import new_id


def keep(
    session: Session,
    *,
    actor: Actor,
    kind: RemarkKind,
    listing_id: UUID,
    text: str,
    language: str,
    is_public: bool,
    is_secret: bool = False,
    is_needed: bool = True,
    now: datetime,
) -> Remark:
    """Write down what the actor says for his company; Refused ``text`` and ``language``.

    A public remark is refused for saying how to reach its author, one whose author ``is_secret`` for naming him, too.
    """
    rules.check_text(text, language=language, is_needed=is_needed)
    if is_public:
        name = accounts.get_company(session, company_id=actor.company).name if is_secret else None
        rules.check_public(text, secret=name)
    remark = Remark(
        id=new_id(),
        kind=kind,
        listing_id=listing_id,
        company_id=actor.company,
        person_id=actor.person,
        is_public=is_public,
        language=language,
        body=text.strip(),
        at=now,
        hidden_because="",
    )
    session.add(remark)
    session.flush()
    return remark


def hide(session: Session, *, actor: Actor, remark_id: UUID, reason: str, now: datetime) -> None:
    """Take a public remark from the public's eyes, with a reason that its author reads; again changes nothing.

    NotFound for a private one; NotAllowed ``own_remark`` for whoever is a member of the company that said it.
    """
    remark = _judged(session, actor, remark_id)
    text = rules.check_reason(reason)
    if remark.hidden_at is not None:
        return
    remark.hidden_at, remark.hidden_by, remark.hidden_because = now, actor.person_id, text
    _changed(session, actor, remark, "remark.hidden", now)
    record(session, RemarkHidden(remark_id=remark.id, company_id=remark.company_id, at=now))


def show_again(session: Session, *, actor: Actor, remark_id: UUID, now: datetime) -> None:
    """Let the public read a hidden remark again; again changes nothing. Refused like hiding."""
    remark = _judged(session, actor, remark_id)
    if remark.hidden_at is None:
        return
    remark.hidden_at, remark.hidden_by, remark.hidden_because = None, None, ""
    _changed(session, actor, remark, "remark.shown", now)


def count(session: Session, *, listing_id: UUID) -> None:
    """Let a listing's card carry what is said about it by now."""
    session.flush()
    said.carry(session, listing_id=listing_id, count=partial(queries.said, listing_id=listing_id))


def on_person_erased(session: Session, event: PersonErased) -> None:
    """Blank what the person said, and why the person hid what others said; who said when stays by id."""
    mine = Remark.person_id == event.person_id
    listings = session.scalars(sa.select(Remark.listing_id).where(mine).distinct().order_by(Remark.listing_id)).all()
    session.execute(sa.update(Remark).where(mine).values(body=""))
    session.execute(sa.update(Remark).where(Remark.hidden_by == event.person_id).values(hidden_because=""))
    for listing_id in listings:
        count(session, listing_id=listing_id)


def _judged(session: Session, actor: Actor, remark_id: UUID) -> Remark:
    actor.must(Permission.OPERATOR_LISTING_MODERATE)
    remark = session.get(Remark, remark_id, with_for_update=True, populate_existing=True)
    if remark is None or not remark.is_public:
        raise NotFound("remark")
    if remark.company_id in accounts.companies_of(session, actor=actor):
        raise NotAllowed("own_remark")
    return remark


def _changed(session: Session, actor: Actor, remark: Remark, action: str, now: datetime) -> None:
    count(session, listing_id=remark.listing_id)
    facts = {"listing": remark.listing_id, "kind": remark.kind}
    audit.record(session, actor=actor, action=action, subject="remark", subject_id=remark.id, facts=facts, now=now)
