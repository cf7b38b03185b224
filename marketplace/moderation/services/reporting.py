"""What people say is wrong with listings: handed in, gathered in one case, answered when it is decided."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from marketplace.accounts import queries as accounts
from marketplace.accounts.events import PersonErased
from marketplace.audit import services as audit
from marketplace.catalog.models import Listing, ListingCard
from marketplace.kernel.actor import SYSTEM, Actor
from marketplace.kernel.db import insert_if_new
from marketplace.kernel.errors import Conflict, NotAllowed, NotFound, TooMany
from marketplace.kernel.ids import new_id
from marketplace.mail import services as mail
from marketplace.mail.rules import Channel
from marketplace.moderation.models import Case, CaseStatement, ListingReport
from marketplace.moderation.rules import CaseKind, CaseState, Decision
from marketplace.moderation.rules.reports import (
    MOST_OF_A_PERSON,
    MOST_OF_STRANGERS,
    REPORT,
    WITHIN,
    ReportState,
    check_text,
    parse_kind,
)
from marketplace.moderation.services import weighing
from marketplace.reference import queries as reference
from marketplace.reference.rules import Setting


@dataclass(frozen=True, slots=True)
class Said:
    """What somebody says of a listing, where he hears of it if he is not signed in, and in which language."""

    kind: str
    text: str
    contact: str | None
    locale: str


def report(session: Session, *, actor: Actor | None, listing_id: UUID, said: Said, now: datetime) -> UUID:
    """Hand in what is wrong with a listing that the public sees; return the report's id.

    Conflict ``reported`` when the same person's report of it waits; TooMany beyond what one may hand in within a day.
    """
    kind, text = parse_kind(said.kind), check_text(said.text)
    listing = session.scalars(
        sa.select(Listing)
        .join(ListingCard, ListingCard.listing_id == Listing.id)
        .where(Listing.id == listing_id)
        .with_for_update(of=Listing)
    ).one_or_none()
    if listing is None:
        raise NotFound("listing")
    if actor is not None and listing.company_id in accounts.companies_of(session, actor=actor):
        raise NotAllowed("own_listing")
    person = actor.person_id if actor else None
    _check_number(session, person, listing_id, now)
    case_id = _case(session, listing, now)
    report_id = new_id()
    is_new = insert_if_new(
        session,
        ListingReport,
        id=report_id,
        listing_id=listing_id,
        case_id=case_id,
        kind=kind,
        text=text,
        person_id=person,
        contact=None if person else said.contact,
        locale=said.locale,
        state=ReportState.OPEN,
        at=now,
    )
    if not is_new:
        raise Conflict("reported")
    audit.record(
        session,
        actor=actor or SYSTEM,
        action="listing.reported",
        subject="listing",
        subject_id=listing_id,
        facts={"report": report_id, "kind": kind, "case": case_id},
        now=now,
    )
    waiting = sa.select(Case.id).where(Case.listing_id == listing_id, Case.state == CaseState.PENDING)
    weighing.weigh_again(session, case_ids=session.scalars(waiting).all(), now=now)
    return report_id


def settle(session: Session, *, case_id: UUID, listing_id: UUID, decision: Decision, now: datetime) -> None:
    """Give the reports of a case their outcome, and tell those who handed them in."""
    action = "uphold" if decision is Decision.REJECT else "dismiss"
    waiting = sa.select(ListingReport).where(ListingReport.case_id == case_id, ListingReport.state == ReportState.OPEN)
    found = session.scalars(waiting.order_by(ListingReport.id)).all()
    listing = session.get_one(Listing, listing_id)
    for row in found:
        row.state, row.decided_at = REPORT.apply(row.state, action), now
        for address, channel, locale in _readers(session, row):
            mail.send(
                session,
                to=address,
                channel=channel,
                template="report_decided",
                locale=locale,
                context={"sku": listing.sku, "is_upheld": row.state is ReportState.UPHELD, "path": "/products"},
                now=now,
                key=f"report:{row.id}",
            )
    session.flush()


def on_person_erased(session: Session, event: PersonErased) -> None:
    """Blank what a person said of listings and in appeals."""
    mine = ListingReport.person_id == event.person_id
    session.execute(sa.update(ListingReport).where(mine).values(text="", contact=None))
    said = CaseStatement.person_id == event.person_id
    session.execute(sa.update(CaseStatement).where(said).values(text=""))


def _check_number(session: Session, person: UUID | None, listing_id: UUID, now: datetime) -> None:
    recent = sa.select(sa.func.count()).where(ListingReport.at > now - WITHIN)
    if person is not None:
        mine, most = recent.where(ListingReport.person_id == person), MOST_OF_A_PERSON
    else:
        mine = recent.where(ListingReport.listing_id == listing_id, ListingReport.person_id.is_(None))
        most = MOST_OF_STRANGERS
    if (session.scalar(mine) or 0) >= most:
        raise TooMany("too_many", retry_after=int(WITHIN.total_seconds()))


def _case(session: Session, listing: Listing, now: datetime) -> UUID:
    """Return the case in which the reports of a listing gather; its clock runs from the first."""
    due_at = now + timedelta(hours=reference.setting(session, Setting.REVIEW_HOURS, at=now))
    facts = {"risk": 0, "risk_points": {}, "opened_at": now, "due_at": due_at}
    insert_if_new(
        session,
        Case,
        id=new_id(),
        kind=CaseKind.REPORT,
        listing_id=listing.id,
        company_id=listing.company_id,
        state=CaseState.PENDING,
        **facts,
    )
    waiting = sa.select(Case.id).where(
        Case.listing_id == listing.id, Case.kind == CaseKind.REPORT, Case.state == CaseState.PENDING
    )
    return session.scalars(waiting).one()


def _readers(session: Session, row: ListingReport) -> Iterable[tuple[str, Channel, str]]:
    if row.person_id is None:
        if row.contact:
            yield row.contact, Channel.MAIL, row.locale
        return
    person = accounts.get_person(session, person_id=row.person_id)
    if person.email:
        yield person.email, Channel.MAIL, person.locale
    elif person.phone:
        yield person.phone, Channel.TEXT, person.locale
