"""Everything that accounts keep about a person, for that person."""

from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from marketplace.accounts.models import (
    ApiToken,
    Invitation,
    LoginSession,
    Membership,
    Person,
    TermsAcceptance,
    TermsVersion,
)
from marketplace.accounts.queries import get_person
from marketplace.kernel.exports import plain, rows


def export_person(session: Session, *, person_id: UUID) -> dict[str, Any]:
    """Return everything kept here about a person, as JSON values; a session is kept by its browser alone."""
    shown = get_person(session, person_id=person_id)
    person = session.get_one(Person, person_id)
    invited = (Invitation.company_id, Invitation.roles, Invitation.created_at, Invitation.expires_at)
    addresses = [address for address in (person.email, person.phone) if address]
    mine = sa.or_(Invitation.accepted_by == person_id, Invitation.email.in_(addresses), Invitation.phone.in_(addresses))
    return {
        "id": str(person.id),
        "name": shown.display_name,
        "email": person.email,
        "phone": person.phone,
        "locale": person.locale,
        "second_factor": shown.has_totp,
        "created_at": plain(person.created_at),
        "confirmed_at": plain(person.confirmed_at),
        "sessions_ended": person.auth_epoch,
        "memberships": rows(
            session,
            sa.select(Membership.company_id, Membership.roles, Membership.created_at, Membership.ended_at)
            .where(Membership.person_id == person_id)
            .order_by(Membership.id),
        ),
        "terms_accepted": rows(
            session,
            sa.select(TermsVersion.kind, TermsVersion.version, TermsAcceptance.accepted_at)
            .join(TermsVersion, TermsVersion.id == TermsAcceptance.terms_version_id)
            .where(TermsAcceptance.person_id == person_id)
            .order_by(TermsAcceptance.id),
        ),
        "tokens": rows(
            session,
            sa.select(
                ApiToken.name,
                ApiToken.scopes,
                ApiToken.prefix,
                ApiToken.company_id,
                ApiToken.created_at,
                ApiToken.expires_at,
                ApiToken.last_used_at,
                ApiToken.revoked_at,
            )
            .where(ApiToken.person_id == person_id)
            .order_by(ApiToken.id),
        ),
        "sessions": rows(
            session,
            sa.select(
                LoginSession.agent,
                LoginSession.address,
                LoginSession.began_at,
                LoginSession.last_seen_at,
                LoginSession.ended_at,
            )
            .where(LoginSession.person_id == person_id)
            .order_by(LoginSession.id),
        ),
        "invitations_received": rows(
            session, sa.select(*invited, Invitation.accepted_at).where(mine).order_by(Invitation.id)
        ),
        # Whom they went to is somebody else's data.
        "invitations_sent": rows(
            session,
            sa.select(*invited, Invitation.accepted_at)
            .where(Invitation.invited_by == person_id)
            .order_by(Invitation.id),
        ),
    }
