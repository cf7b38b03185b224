"""Who belongs to a company, and in which roles."""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from marketplace.accounts.events import MemberJoined, MembershipEnded
from marketplace.accounts.models import ApiToken, Company, Invitation, Membership
from marketplace.accounts.rules.membership import check_grant, check_still_led
from marketplace.accounts.rules.permissions import Permission, Role, parse_roles
from marketplace.audit import services as audit
from marketplace.kernel import events
from marketplace.kernel.actor import Actor
from marketplace.kernel.errors import Conflict, NotFound
from marketplace.kernel.ids import new_id


def add_member(
    session: Session, *, actor: Actor, company_id: UUID, person_id: UUID, roles: Iterable[Role], now: datetime
) -> UUID:
    """Make a person a member; Conflict ``already_member`` when they are one."""
    if _live(session, company_id, person_id):
        raise Conflict("already_member")
    membership = Membership(
        id=new_id(), person_id=person_id, company_id=company_id, roles=sorted(roles), created_at=now
    )
    session.add(membership)
    session.flush()
    _audit(session, actor, "member.joined", membership, now)
    events.record(session, MemberJoined(company_id=company_id, person_id=person_id, at=now))
    return membership.id


def change_roles(session: Session, *, actor: Actor, person_id: UUID, roles: Iterable[str], now: datetime) -> None:
    """Give a member of the actor's company other roles; Conflict ``last_leader`` when nobody would lead.

    NotAllowed ``own_roles`` for staff who would give themselves more, ``second_admin`` where the role needs two.
    """
    actor.must(Permission.COMPANY_MEMBERS_EDIT)
    company, membership = _member(session, actor.company, person_id)
    wanted = parse_roles(company.kind, roles)
    inviters = _inviters(session, membership)
    check_grant(grantor=actor.person_id, grantee=person_id, inviters=inviters, before=membership.roles, after=wanted)
    _give(session, actor, company, membership, wanted, now)


def appoint(
    session: Session, *, actor: Actor, company_id: UUID, person_id: UUID, roles: Iterable[str], now: datetime
) -> None:
    """Give a member roles from the command line, where whoever runs the machine vouches for it."""
    company, membership = _member(session, company_id, person_id)
    _give(session, actor, company, membership, parse_roles(company.kind, roles), now)


def end_membership(session: Session, *, actor: Actor, person_id: UUID, now: datetime) -> None:
    """End a membership in the actor's company, one's own without a right; ``last_leader`` when nobody would lead."""
    if actor.person_id != person_id:
        actor.must(Permission.COMPANY_MEMBERS_EDIT)
    company, membership = _member(session, actor.company, person_id)
    check_still_led(company.kind, _others(session, membership))
    _end(session, actor, membership, now)


def end_for_handover(session: Session, *, actor: Actor, company_id: UUID, person_id: UUID, now: datetime) -> None:
    """End the membership of somebody whose things were handed over; ``last_leader`` when nobody would lead."""
    company, membership = _member(session, company_id, person_id)
    check_still_led(company.kind, _others(session, membership))
    _end(session, actor, membership, now)


def end_all_memberships(session: Session, *, actor: Actor, person_id: UUID, now: datetime) -> None:
    """End every membership of somebody who is erased; a company without a leader is the operator's to mend."""
    live = sa.select(Membership).where(Membership.person_id == person_id, Membership.ended_at.is_(None))
    for membership in session.scalars(live.order_by(Membership.id)).all():
        _end(session, actor, membership, now)


def _end(session: Session, actor: Actor, membership: Membership, now: datetime) -> None:
    membership.ended_at = now
    session.flush()
    session.execute(
        sa.update(ApiToken)
        .where(
            ApiToken.person_id == membership.person_id,
            ApiToken.company_id == membership.company_id,
            ApiToken.revoked_at.is_(None),
        )
        .values(revoked_at=now)
    )
    _audit(session, actor, "member.ended", membership, now)
    events.record(session, MembershipEnded(company_id=membership.company_id, person_id=membership.person_id, at=now))


def _give(
    session: Session, actor: Actor, company: Company, membership: Membership, wanted: Iterable[Role], now: datetime
) -> None:
    check_still_led(company.kind, [*_others(session, membership), wanted])
    membership.roles = [role.value for role in wanted]
    session.flush()
    _audit(session, actor, "member.roles_changed", membership, now)


def _inviters(session: Session, membership: Membership) -> set[UUID | None]:
    return set(
        session.scalars(
            sa.select(Invitation.invited_by).where(
                Invitation.company_id == membership.company_id, Invitation.accepted_by == membership.person_id
            )
        )
    )


def _member(session: Session, company_id: UUID, person_id: UUID) -> tuple[Company, Membership]:
    # The company's row is the turn: two leaders who remove each other at once come one after the other.
    company = session.get_one(Company, company_id, with_for_update=True)
    membership = _live(session, company_id, person_id)
    if membership is None:
        raise NotFound("member")
    return company, membership


def _live(session: Session, company_id: UUID, person_id: UUID) -> Membership | None:
    return session.scalars(
        sa.select(Membership).where(
            Membership.company_id == company_id, Membership.person_id == person_id, Membership.ended_at.is_(None)
        )
    ).one_or_none()


def _others(session: Session, membership: Membership) -> list[list[str]]:
    return list(
        session.scalars(
            sa.select(Membership.roles).where(
                Membership.company_id == membership.company_id,
                Membership.id != membership.id,
                Membership.ended_at.is_(None),
            )
        )
    )


def _audit(session: Session, actor: Actor, action: str, membership: Membership, now: datetime) -> None:
    audit.record(
        session,
        actor=actor,
        action=action,
        subject="company",
        subject_id=membership.company_id,
        facts={"person": membership.person_id, "roles": membership.roles},
        now=now,
    )
