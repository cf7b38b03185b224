"""The week by letter: a member asks for it or ends it, and each goes out once in a week."""

from datetime import datetime
from typing import Any, Final
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from marketplace.accounts import queries as accounts
from marketplace.accounts.events import MembershipEnded, PersonErased
from marketplace.accounts.queries import CompanyRow, MemberRow
from marketplace.accounts.rules.permissions import permissions_of
from marketplace.audit import services as audit
from marketplace.kernel.actor import Actor
from marketplace.kernel.errors import NotAllowed
from marketplace.kernel.ids import new_id
from marketplace.mail import services as mail
from marketplace.mail.rules import Channel
from marketplace.notices.models import WeekLetter
from marketplace.notices.rules import local
from marketplace.reference import queries as reference
from marketplace.reference.rules import Setting, zone_of
from marketplace.reports.week import queries, rules
from marketplace.reports.week.rules import LetterDay

TEMPLATE: Final = "week"


def choose(session: Session, *, actor: Actor, day: LetterDay | None, now: datetime) -> None:
    """Send the actor his company's week on this day from now on, or no longer; the same again changes nothing.

    NotAllowed ``no_topic`` for who reads nothing of it.
    """
    if day is not None and not rules.readable(actor.permissions):
        raise NotAllowed("no_topic")
    company = accounts.get_company(session, company_id=actor.company)
    row = session.scalars(
        sa.select(WeekLetter)
        .where(WeekLetter.company_id == company.id, WeekLetter.person_id == actor.person)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).one_or_none()
    if (row.day if row else None) is day:
        return
    if day is None:
        session.delete(row)
    elif row is None:
        row = WeekLetter(id=new_id(), company_id=company.id, person_id=actor.person, day=day)
        row.next_at = _next(session, company, day, None, now)
        session.add(row)
    else:
        row.day, row.next_at = day, _next(session, company, day, row, now)
    session.flush()
    audit.record(
        session,
        actor=actor,
        action="week.letter",
        subject="company",
        subject_id=company.id,
        facts={"day": day.value if day else "never"},
        now=now,
    )


def send(session: Session, *, letter_id: UUID, now: datetime) -> bool:
    """Queue a letter that is due and set the next one; whoever left or reads nothing of it any more gets no further.

    The row is held meanwhile and its next time is written with the letter: no second run sends it again.
    """
    row = session.get(WeekLetter, letter_id, with_for_update=True, populate_existing=True)
    if row is None or row.next_at > now:
        return False
    company = accounts.get_company(session, company_id=row.company_id)
    reader = _reader(session, company, row.person_id)
    topics = rules.readable(permissions_of(company.kind, reader.roles)) if reader is not None else frozenset()
    if reader is None or not topics:
        session.delete(row)
        session.flush()
        return False
    found = queries.week(session, company_id=company.id, now=now)
    mail.send(
        session,
        to=reader.email or reader.phone or "",
        channel=Channel.MAIL if reader.email else Channel.TEXT,
        template=TEMPLATE,
        locale=accounts.get_person(session, person_id=reader.person_id).locale,
        context={
            "company": company.name,
            "first": found.first.isoformat(),
            "last": found.last.isoformat(),
            "rows": [_fact(each, found.zone) for each in found.rows if each.topic in topics],
            "path": "/account/week",
        },
        now=now,
        key=f"week:{row.id}:{found.first.isoformat()}",
    )
    row.told_week = found.first
    row.next_at = _next(session, company, row.day, row, now)
    session.flush()
    return True


def on_membership_ended(session: Session, event: MembershipEnded) -> None:
    """Send nothing more about a company to whoever left it."""
    session.execute(
        sa.delete(WeekLetter).where(WeekLetter.company_id == event.company_id, WeekLetter.person_id == event.person_id)
    )


def on_person_erased(session: Session, event: PersonErased) -> None:
    """Forget what an erased person wished to be sent."""
    session.execute(sa.delete(WeekLetter).where(WeekLetter.person_id == event.person_id))


def _reader(session: Session, company: CompanyRow, person_id: UUID) -> MemberRow | None:
    """Return the member who is written to, None when nobody of that name can act for the company any more."""
    if not company.is_open or not accounts.get_person(session, person_id=person_id).is_active:
        return None
    members = accounts.members_of(session, company_id=company.id)
    return next((each for each in members if each.person_id == person_id and (each.email or each.phone)), None)


def _fact(row: queries.TopicRow, zone: str) -> dict[str, Any]:
    return {
        "topic": row.topic.value,
        "count": row.count,
        "amount": str(row.amount),
        "first": local(row.first_at, zone) if row.first_at else "",
        "path": rules.READS[row.topic][1],
    }


def _next(session: Session, company: CompanyRow, day: LetterDay, row: WeekLetter | None, now: datetime) -> datetime:
    hour = reference.setting(session, Setting.WEEK_LETTER_HOUR, at=now)
    told = row.told_week if row is not None else None
    return rules.next_letter(day, hour, zone_of(company.country), now=now, told=told)
