"""A company's own account at the provider: claimed, set up, watched, stopped.

A new account counts only after the wait that a new bank account has, and everybody who may change accounts is told:
whoever took over a login is found out before money moves. The second factor is proved by the caller.
"""

from collections.abc import Collection
from datetime import datetime, timedelta
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from marketplace.accounts import queries as accounts
from marketplace.accounts.rules.permissions import Permission, permissions_of
from marketplace.audit import services as audit
from marketplace.kernel.actor import SYSTEM, Actor
from marketplace.kernel.db import insert_if_new
from marketplace.kernel.errors import Conflict, NotFound
from marketplace.kernel.ids import new_id
from marketplace.mail import services as mail
from marketplace.mail.rules import Channel
from marketplace.payments.models.remitting import ProviderAccount
from marketplace.payments.queries.remitting import ProviderAccountRow, account_row
from marketplace.payments.rules import remitting as rules
from marketplace.payments.rules.cards import attempt_after
from marketplace.payments.rules.provider import AccountSeen
from marketplace.payments.rules.remitting import PROVIDER_ACCOUNTS, AccountState
from marketplace.reference import queries as reference
from marketplace.reference.rules import Setting


def claim(session: Session, *, actor: Actor, platform: str, now: datetime) -> ProviderAccountRow:
    """Write down that the actor's company will have an account at the provider; one that it has is returned.

    Conflict ``transfers_not_here`` where the provider moves no money from the house's country to the company's.
    """
    actor.must(Permission.COMPANY_PAYEE_EDIT)
    country = accounts.get_company(session, company_id=actor.company).country
    if not rules.can_transfer(platform=platform, company=country):
        raise Conflict("transfers_not_here", country=country)
    is_new = insert_if_new(
        session,
        ProviderAccount,
        id=new_id(),
        company_id=actor.company,
        country=country,
        state=AccountState.ASKED,
        due=0,
        attempt=1,
        created_at=now,
        changed_at=now,
    )
    found = _locked(session, ProviderAccount.company_id == actor.company)
    if is_new:
        _audit(session, found, "claim", actor=actor, now=now)
    elif found.state is AccountState.STOPPED:
        # It waits anew: between then and now somebody may have changed what it pays into.
        found.active_from = None
        _move(session, found, "resume", actor=actor, now=now)
    return account_row(found)


def claim_new_attempt(session: Session, *, account_id: UUID, failed: int) -> ProviderAccountRow:
    """Take a new key for an account that the provider is known not to have made, the same for all who found so."""
    found = _locked(session, ProviderAccount.id == account_id)
    found.attempt = attempt_after(failed, current=found.attempt)
    session.flush()
    return account_row(found)


def record(session: Session, *, account_id: UUID, seen: AccountSeen, now: datetime) -> ProviderAccountRow:
    """Bring an account to what the provider shows; again changes nothing."""
    found = _locked(session, ProviderAccount.id == account_id)
    found.provider_id = found.provider_id or seen.provider_id
    found.due, found.looked_at = len(seen.due), now
    if found.state is AccountState.ASKED:
        _move(session, found, "open", actor=SYSTEM, now=now)
    step = rules.account_step(found.state, receives=seen.receives)
    if step:
        if step == "activate" and found.active_from is None:
            found.active_from = now + timedelta(hours=reference.setting(session, Setting.PAYEE_WAIT_HOURS, at=now))
            _tell(session, found, now)
        _move(session, found, step, actor=SYSTEM, now=now)
    session.flush()
    return account_row(found)


def note_look(session: Session, *, account_ids: Collection[UUID], now: datetime) -> None:
    """Note that these are asked about now, whatever comes of it: others have their turn next."""
    session.execute(
        sa.update(ProviderAccount).where(ProviderAccount.id.in_(account_ids)).values(looked_at=now),
        execution_options={"synchronize_session": False},
    )


def stop(session: Session, *, actor: Actor, now: datetime) -> ProviderAccountRow:
    """Have the actor's company paid by bank file again; again changes nothing. NotFound without an account."""
    actor.must(Permission.COMPANY_PAYEE_EDIT)
    found = _locked(session, ProviderAccount.company_id == actor.company)
    if found.state is not AccountState.STOPPED:
        _move(session, found, "stop", actor=actor, now=now)
    return account_row(found)


def _move(session: Session, found: ProviderAccount, action: str, *, actor: Actor, now: datetime) -> None:
    """Take a drawn step: the one place that writes the state of a provider's account, audited."""
    found.state = PROVIDER_ACCOUNTS.apply(found.state, action)
    found.changed_at = now
    session.flush()
    _audit(session, found, action, actor=actor, now=now)


def _locked(session: Session, where: sa.ColumnElement[bool]) -> ProviderAccount:
    statement = sa.select(ProviderAccount).where(where).with_for_update()
    found = session.scalars(statement.execution_options(populate_existing=True)).one_or_none()
    if found is None:
        raise NotFound("provider_account")
    return found


def _tell(session: Session, found: ProviderAccount, now: datetime) -> None:
    """Write to everybody who may change accounts, by the way they log in."""
    company = accounts.get_company(session, company_id=found.company_id)
    for member in accounts.members_of(session, company_id=found.company_id):
        address = member.email or member.phone
        if address is None or Permission.COMPANY_PAYEE_EDIT not in permissions_of(company.kind, member.roles):
            continue
        active_from = found.active_from.strftime("%Y-%m-%d %H:%M UTC") if found.active_from else ""
        mail.send(
            session,
            to=address,
            channel=Channel.MAIL if member.email else Channel.TEXT,
            template="provider_account_waiting",
            locale=accounts.get_person(session, person_id=member.person_id).locale,
            context={"company": company.name, "active_from": active_from},
            now=now,
        )


def _audit(session: Session, found: ProviderAccount, action: str, *, actor: Actor, now: datetime) -> None:
    audit.record(
        session,
        actor=actor,
        action=f"provider_account.{action}",
        subject="provider_account",
        subject_id=found.id,
        facts={"company": found.company_id, "state": str(found.state)},
        now=now,
    )
