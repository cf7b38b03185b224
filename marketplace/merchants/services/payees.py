"""Name, withdraw and activate the accounts that a company is paid into.

A company's first account counts at once: there is nothing yet to divert. Every later one waits, and everybody who may
change accounts is told by mail, so that whoever took over a login is found out before money moves. The second factor
is proved by the caller, in whose hands the code is.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from marketplace.accounts import queries as accounts
from marketplace.accounts.rules.companies import parse_country
from marketplace.accounts.rules.permissions import Permission, permissions_of
from marketplace.accounts.services import companies
from marketplace.audit import services as audit
from marketplace.kernel.actor import SYSTEM, Actor
from marketplace.kernel.db import insert_if_new
from marketplace.kernel.errors import Conflict, NotFound, Refused
from marketplace.kernel.events import record
from marketplace.kernel.ids import new_id
from marketplace.mail import services as mail
from marketplace.mail.rules import Channel
from marketplace.merchants.events import PayeeActivated, PayeeNamed
from marketplace.merchants.models import Payee
from marketplace.merchants.rules.payees import PayeeAccount, check_account, masked
from marketplace.merchants.rules.states import PAYEE, PayeeState
from marketplace.reference import queries as reference
from marketplace.reference.rules import Setting

ACTIVATE_JOB: Final = "activate_payees"
_BATCH: Final = 200


def name_payee(session: Session, *, actor: Actor, currency: str, account: PayeeAccount, now: datetime) -> UUID:
    """Name the account of the actor's company in a currency and return its id; all but the very first wait.

    Conflict ``payee_waiting`` while another one waits in that currency.
    """
    actor.must(Permission.COMPANY_PAYEE_EDIT)
    parse_country(account.country)
    checked = check_account(account, currency=currency)
    # Of two accounts named at once one is the first: the other waits like every later one.
    companies.take_turn(session, company_id=actor.company)
    is_first = not _has_any(session, actor.company)
    payee_id = new_id()
    is_new = insert_if_new(
        session,
        Payee,
        id=payee_id,
        company_id=actor.company,
        currency=currency,
        state=PayeeState.PENDING,
        created_at=now,
        active_from=now if is_first else now + _wait(session, now),
        **checked.as_json(),
    )
    if not is_new:
        raise Conflict("payee_waiting", currency=currency)
    _audit(session, actor, "payee.named", payee_id, now, currency=currency)
    row = session.get_one(Payee, payee_id)
    if is_first:
        _activate(session, row, actor, now)
    else:
        _tell(session, row, "payee_waiting", now)
        record(session, PayeeNamed(company_id=row.company_id, payee_id=row.id, at=now))
    return payee_id


def _wait(session: Session, now: datetime) -> timedelta:
    """Return how long an account waits before it counts.

    Whoever took over a login cannot have money sent elsewhere before the company had time to notice.
    """
    return timedelta(hours=reference.setting(session, Setting.PAYEE_WAIT_HOURS, at=now))


def name_first(session: Session, *, actor: Actor, given: tuple[str | None, PayeeAccount | None], now: datetime) -> None:
    """Name the account that an application brings; refuse ``payee`` when the company has none and brings none."""
    currency, account = given
    if _has_any(session, actor.company):
        return
    if account is None or currency is None:
        raise Refused.field("payee", "required", "the account the company is paid into")
    name_payee(session, actor=actor, currency=currency, account=account, now=now)


def withdraw_payee(session: Session, *, actor: Actor, payee_id: UUID, now: datetime) -> None:
    """Take back an account that still waits; NotFound for unknown and foreign ids alike."""
    actor.must(Permission.COMPANY_PAYEE_EDIT)
    row = session.scalars(
        sa.select(Payee).where(Payee.id == payee_id, Payee.company_id == actor.company).with_for_update()
    ).one_or_none()
    if row is None:
        raise NotFound("payee")
    _move(session, row, "withdraw", now)
    _audit(session, actor, "payee.withdrawn", payee_id, now)
    _tell(session, row, "payee_withdrawn", now)


def activate_due(session: Session, *, now: datetime) -> int:
    """Let the accounts count whose wait is over, each in the place of the one before; return how many."""
    due = session.scalars(
        sa.select(Payee)
        .where(Payee.state == PayeeState.PENDING, Payee.active_from <= now)
        .order_by(Payee.id)
        .limit(_BATCH)
        .with_for_update()
    ).all()
    for row in due:
        _activate(session, row, SYSTEM, now)
        _tell(session, row, "payee_active", now)
    return len(due)


def _activate(session: Session, row: Payee, actor: Actor, now: datetime) -> None:
    former = session.scalars(
        sa.select(Payee).where(
            Payee.company_id == row.company_id, Payee.currency == row.currency, Payee.state == PayeeState.ACTIVE
        )
    ).one_or_none()
    if former is not None:
        _move(session, former, "retire", now)
    _move(session, row, "activate", now)
    _audit(session, actor, "payee.activated", row.id, now, former=former.id if former else None)
    record(session, PayeeActivated(company_id=row.company_id, payee_id=row.id, at=now))


def _move(session: Session, row: Payee, action: str, now: datetime) -> None:
    """Take a drawn transition: the one place that writes a payee's state."""
    row.state = PAYEE.apply(row.state, action)
    if action != "activate":
        row.ended_at = now
    session.flush()


def _has_any(session: Session, company_id: UUID) -> bool:
    return session.scalars(sa.select(Payee.id).where(Payee.company_id == company_id).limit(1)).first() is not None


def _tell(session: Session, row: Payee, template: str, now: datetime) -> None:
    facts = {
        "currency": row.currency,
        "number": masked(row.account_number),
        "active_from": row.active_from.strftime("%Y-%m-%d %H:%M UTC"),
    }
    tell(session, company_id=row.company_id, template=template, facts=facts, now=now)


def tell(session: Session, *, company_id: UUID, template: str, facts: Mapping[str, Any], now: datetime) -> None:
    """Write to everybody who may change a company's accounts, by the way they log in."""
    company = accounts.get_company(session, company_id=company_id)
    for member in accounts.members_of(session, company_id=company_id):
        if Permission.COMPANY_PAYEE_EDIT not in permissions_of(company.kind, member.roles):
            continue
        address = member.email or member.phone
        if address is None:
            continue
        mail.send(
            session,
            to=address,
            channel=Channel.MAIL if member.email else Channel.TEXT,
            template=template,
            locale=accounts.get_person(session, person_id=member.person_id).locale,
            context={"company": company.name, **facts},
            now=now,
        )


def _audit(session: Session, actor: Actor, action: str, payee_id: UUID, now: datetime, **facts: Any) -> None:
    audit.record(session, actor=actor, action=action, subject="payee", subject_id=payee_id, facts=facts, now=now)
