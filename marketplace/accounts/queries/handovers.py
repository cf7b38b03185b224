"""Read who is in charge of what, and the hand-overs of leavers."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from marketplace.accounts.models import ApiToken, Duty, Handover, Invitation, Membership, Person
from marketplace.accounts.rules.handovers import HandoverState, Item, Kind
from marketplace.accounts.rules.permissions import Permission, Role
from marketplace.kernel.actor import Actor
from marketplace.kernel.checks import Breach, Promise, Promises
from marketplace.kernel.errors import NotFound

_LEADING = (Role.OWNER.value, Role.ADMIN.value)


@dataclass(frozen=True, slots=True)
class HandoverRow:
    """A hand-over; names are empty for erased people. ``items``: kinds and ids once it is done."""

    id: UUID
    leaver_id: UUID
    leaver: str
    successor_id: UUID
    successor: str
    state: HandoverState
    opened_at: datetime
    leaver_hash: str | None
    leaver_by: UUID | None
    leaver_at: datetime | None
    successor_hash: str | None
    successor_at: datetime | None
    items: tuple[tuple[Kind, UUID], ...]
    ended_at: datetime | None


def subjects_of(session: Session, *, company_id: UUID, person_id: UUID) -> Mapping[Kind, frozenset[UUID]]:
    """Return what a person is in charge of for a company, done with or not: each feature knows what of it is open."""
    rows = session.execute(
        sa.select(Duty.kind, Duty.subject_id).where(Duty.company_id == company_id, Duty.person_id == person_id)
    ).all()
    return {kind: frozenset(row.subject_id for row in rows if row.kind == kind.value) for kind in Kind}


def held(session: Session, company_id: UUID, person_id: UUID, now: datetime) -> list[Item]:
    """Return a person's keys to a company: tokens, and invitations that wait."""
    tokens = session.execute(
        sa.select(ApiToken.id, ApiToken.prefix).where(
            ApiToken.person_id == person_id,
            ApiToken.company_id == company_id,
            ApiToken.revoked_at.is_(None),
            ApiToken.expires_at > now,
        )
    )
    invited = session.execute(
        sa.select(Invitation.id, Invitation.created_at).where(
            Invitation.invited_by == person_id,
            Invitation.company_id == company_id,
            Invitation.accepted_at.is_(None),
            Invitation.expires_at > now,
        )
    )
    return [
        *(Item(Kind.TOKEN, row.id, row.prefix) for row in tokens),
        *(Item(Kind.INVITATION, row.id, row.created_at.date().isoformat()) for row in invited),
    ]


def is_member(session: Session, *, company_id: UUID, person_id: UUID) -> bool:
    """Tell whether a person who may log in is a member."""
    live = sa.select(Membership.id).join(Person, Person.id == Membership.person_id)
    return session.scalar(live.where(*_membership(company_id, person_id), *_LIVE).limit(1)) is not None


def ever_member(session: Session, *, company_id: UUID, person_id: UUID) -> bool:
    """Tell whether a person is a member or was one."""
    found = sa.select(Membership.id).where(*_membership(company_id, person_id)).limit(1)
    return session.scalar(found) is not None


def leaders(session: Session, *, company_id: UUID) -> set[UUID]:
    """Return who leads a company."""
    rows = session.execute(
        sa.select(Membership.person_id, Membership.roles)
        .join(Person, Person.id == Membership.person_id)
        .where(Membership.company_id == company_id, *_LIVE)
    )
    return {row.person_id for row in rows if set(row.roles) & set(_LEADING)}


def former_members(session: Session, *, company_id: UUID) -> tuple[tuple[UUID, str], ...]:
    """Return who was a member and is none now, with names; empty ones were erased."""
    here = sa.select(Membership.person_id).where(Membership.company_id == company_id, Membership.ended_at.is_(None))
    rows = session.execute(
        sa.select(Person.id, Person.name)
        .where(
            Person.id.in_(sa.select(Membership.person_id).where(Membership.company_id == company_id)),
            Person.id.not_in(here),
        )
        .order_by(Person.name, Person.id)
    )
    return tuple((row.id, row.name or "") for row in rows)


def open_of(session: Session, *, company_id: UUID, leaver_id: UUID) -> UUID | None:
    """Return the hand-over that a leaver has open."""
    return session.scalars(
        sa.select(Handover.id).where(
            Handover.company_id == company_id,
            Handover.leaver_id == leaver_id,
            Handover.state == HandoverState.OPEN,
        )
    ).one_or_none()


def handovers_of(session: Session, *, actor: Actor) -> tuple[HandoverRow, ...]:
    """Return the hand-overs of the actor's company that the actor may see, newest first, a hundred at most."""
    query = sa.select(Handover).where(Handover.company_id == actor.company)
    if not actor.may(Permission.COMPANY_MEMBERS_EDIT):
        query = query.where(sa.or_(Handover.leaver_id == actor.person, Handover.successor_id == actor.person))
    rows = session.scalars(query.order_by(Handover.id.desc()).limit(100)).all()
    names = _names(session, rows)
    return tuple(_row(row, names) for row in rows)


def handover(session: Session, *, actor: Actor, handover_id: UUID) -> HandoverRow:
    """Return a hand-over to its two people and to who changes members; NotFound for all others."""
    row = session.get(Handover, handover_id)
    if row is None or row.company_id != actor.company:
        raise NotFound("handover")
    if actor.person not in (row.leaver_id, row.successor_id) and not actor.may(Permission.COMPANY_MEMBERS_EDIT):
        raise NotFound("handover")
    return _row(row, _names(session, [row]))


def breaches(session: Session) -> list[Breach]:
    """Return hand-overs that are done while the leaver's own tokens for the company still are good."""
    return _PROMISES.breaches(session)


def _still_good() -> sa.Select[UUID]:
    same = sa.and_(ApiToken.person_id == Handover.leaver_id, ApiToken.company_id == Handover.company_id)
    return (
        sa.select(Handover.id)
        .join(ApiToken, same)
        .where(
            Handover.state == HandoverState.DONE,
            ApiToken.revoked_at.is_(None),
            ApiToken.created_at <= Handover.ended_at,
        )
    )


_PROMISES: Final = Promises("handover", Promise("handover", "is done, and a token of the leaver is good", _still_good))


_LIVE = (Membership.ended_at.is_(None), Person.disabled_at.is_(None))


def _membership(company_id: UUID, person_id: UUID) -> tuple[sa.ColumnElement[bool], ...]:
    return Membership.company_id == company_id, Membership.person_id == person_id


def _names(session: Session, rows: Collection[Handover]) -> Mapping[UUID, str]:
    people = {person for row in rows for person in (row.leaver_id, row.successor_id)}
    found = session.execute(sa.select(Person.id, Person.name).where(Person.id.in_(people)))
    return {row.id: row.name or "" for row in found}


def _row(row: Handover, names: Mapping[UUID, str]) -> HandoverRow:
    return HandoverRow(
        id=row.id,
        leaver_id=row.leaver_id,
        leaver=names.get(row.leaver_id, ""),
        successor_id=row.successor_id,
        successor=names.get(row.successor_id, ""),
        state=row.state,
        opened_at=row.opened_at,
        leaver_hash=row.leaver_hash,
        leaver_by=row.leaver_by,
        leaver_at=row.leaver_at,
        successor_hash=row.successor_hash,
        successor_at=row.successor_at,
        items=tuple((Kind(kind), UUID(identity)) for kind, identity in row.items or ()),
        ended_at=row.ended_at,
    )
