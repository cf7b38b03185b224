"""Import lists, find who is like their entries, and let a person say what it is: never a list by itself."""

import hashlib
from datetime import datetime
from typing import Any, Final, cast
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from marketplace.accounts import queries as accounts
from marketplace.accounts.events import CompanyChanged, MemberJoined
from marketplace.accounts.rules.companies import parse_line
from marketplace.accounts.rules.permissions import CompanyKind, Permission
from marketplace.accounts.services import companies
from marketplace.audit import services as audit
from marketplace.files import services as files
from marketplace.files.services import Upload
from marketplace.kernel.actor import SYSTEM, Actor
from marketplace.kernel.db import insert_if_new
from marketplace.kernel.errors import NotAllowed, NotFound
from marketplace.kernel.events import record
from marketplace.kernel.ids import new_id
from marketplace.merchants import queries as merchants
from marketplace.merchants.events import MerchantApproved, ScreeningHitDecided, ScreeningHitFound
from marketplace.merchants.models import ScreeningEntry, ScreeningHit, ScreeningKey, ScreeningList
from marketplace.merchants.queries import screening as queries
from marketplace.merchants.queries.screening import FoundRow
from marketplace.merchants.rules.goods_screening import ListedGoods, check_goods, digits
from marketplace.merchants.rules.requirements import check_reason
from marketplace.merchants.rules.screening import (
    HIT,
    About,
    HitState,
    ListKind,
    Named,
    SubjectKind,
    check_entries,
    check_size,
)
from marketplace.merchants.rules.states import MerchantState
from marketplace.merchants.services import applications, qualifications
from marketplace.merchants.services.requirements import check_stranger
from marketplace.outbox import services as outbox

JOB: Final = "screen_everybody"
GOODS_JOB: Final = "screen_goods"


def import_list(
    session: Session,
    *,
    actor: Actor,
    kind: ListKind,
    name: str,
    entries: tuple[Named, ...] = (),
    goods: tuple[ListedGoods, ...] = (),
    sheet: Upload | None = None,
    now: datetime,
) -> UUID:
    """Take in a version of a list and return its id; the one before is kept, and all are compared by jobs.

    The sheet that it was read from is kept with it. The same content again is the version there is. Refused for a list
    of nothing or of too much.
    """
    actor.must(Permission.OPERATOR_MERCHANT_REVIEW)
    title = parse_line("name", name)
    check_size(len(entries) + len(goods))
    check_entries(entries)
    check_goods(goods)
    companies.take_turn(session, company_id=actor.company)
    marks = sorted(entry.mark for entry in (*entries, *goods))
    sha256 = hashlib.sha256("".join(marks).encode()).hexdigest()
    last = queries.last_of(session, kind=kind, name=title)
    if last is not None and last.sha256 == sha256:
        return last.id
    version = ScreeningList(
        id=new_id(),
        kind=kind,
        name=title,
        sha256=sha256,
        entries=len(marks),
        imported_by=actor.person_id,
        imported_at=now,
        file_id=files.keep(session, actor=actor, upload=sheet, now=now) if sheet else None,
    )
    session.add(version)
    session.flush()
    _fill(session, version.id, entries)
    _fill_goods(session, version.id, goods)
    facts = {"kind": kind, "sha256": sha256, "entries": len(marks)}
    audit.record(
        session,
        actor=actor,
        action="screening.list_imported",
        subject="screening_list",
        subject_id=version.id,
        facts=facts,
        now=now,
    )
    for job, named in ((JOB, entries), (GOODS_JOB, goods)):
        if named:
            outbox.enqueue(session, job, {"list": str(version.id)}, now=now, key=f"{job}:{version.id}")
    return version.id


def screen(session: Session, *, company_id: UUID, now: datetime) -> int:
    """Compare a company and its members with every list; return how many hits are new.

    What was compared and cleared before comes back only when it or the entry says something else by now.
    """
    company = accounts.get_company(session, company_id=company_id)
    if company.kind is CompanyKind.OPERATOR or not company.is_open:
        return 0
    numbers = tuple(number for number in (company.registration_number, company.tax_id) if number)
    mine = Named(company.name, company.country, numbers=numbers)
    found = _note(session, SubjectKind.COMPANY, company_id, company_id, mine, now)
    for member in accounts.members_of(session, company_id=company_id):
        if member.display_name:
            person = Named(member.display_name, company.country)
            found += _note(session, SubjectKind.PERSON, member.person_id, company_id, person, now)
    return found


def on_joined(session: Session, event: MemberJoined | CompanyChanged | MerchantApproved) -> None:
    """Compare who joins, and who is called something else from now on."""
    screen(session, company_id=event.company_id, now=event.at)


def decide(session: Session, *, actor: Actor, hit_id: UUID, decision: str, reason: str, now: datetime) -> None:
    """Clear a hit or confirm it, with a reason; Conflict ``state`` when somebody said so before.

    Confirmed, a company that sells is suspended, and none is verified or given new work; orders that run go on. Goods
    that are confirmed are looked at more closely; whether they leave the shelf is decided by who reviews them.
    """
    actor.must(Permission.OPERATOR_MERCHANT_REVIEW)
    check_reason(reason)
    found = session.get(ScreeningHit, hit_id)
    if found is None:
        raise NotFound("screening_hit")
    companies.take_turn(session, company_id=found.company_id)
    check_stranger(session, actor, found.company_id)
    if found.subject_kind is SubjectKind.PERSON and found.subject_id == actor.person_id:
        raise NotAllowed("own_application")
    session.refresh(found)
    _move(session, found, decision, actor, reason, now)
    is_goods = found.subject_kind is SubjectKind.GOODS
    decided = ScreeningHitDecided(company_id=found.company_id, hit_id=found.id, is_goods=is_goods, at=now)
    record(session, decided)
    if is_goods:
        return
    merchant = merchants.merchant_of(session, company_id=found.company_id)
    if found.state is HitState.CONFIRMED and merchant is not None and merchant.state is MerchantState.APPROVED:
        applications.set_standing(
            session, actor=actor, company_id=found.company_id, action="suspend", reason=reason, now=now
        )
    qualifications.refresh(session, company_id=found.company_id, now=now)


def _move(session: Session, found: ScreeningHit, decision: str, actor: Actor, reason: str, now: datetime) -> None:
    """Take a drawn transition: the one place that writes a hit's state."""
    following = HIT.apply(found.state, decision)
    said = {"state": following, "reason": reason.strip(), "decided_by": actor.person_id, "decided_at": now}
    statement = (
        sa.update(ScreeningHit)
        .where(ScreeningHit.id == found.id, ScreeningHit.state == found.state)
        .values(**said)
        .execution_options(synchronize_session=False)
    )
    decided = cast("sa.CursorResult[Any]", session.execute(statement)).rowcount == 1
    session.refresh(found)
    if not decided:
        HIT.apply(found.state, decision)
    facts = {"hit": found.id, "entry": found.entry_id, "mark": found.mark}
    audit.record(
        session,
        actor=actor,
        action=f"screening.{decision}",
        subject="company",
        subject_id=found.company_id,
        facts=facts,
        now=now,
    )


def note(
    session: Session,
    *,
    kind: SubjectKind,
    subject_id: UUID,
    company_id: UUID,
    found: FoundRow,
    mark: str,
    now: datetime,
) -> bool:
    """Note that something is like an entry, and tell whoever listens; False when that was noted before."""
    hit_id = new_id()
    is_new = insert_if_new(
        session,
        ScreeningHit,
        id=hit_id,
        subject_kind=kind,
        subject_id=subject_id,
        company_id=company_id,
        entry_id=found.entry_id,
        entry_mark=found.mark,
        mark=mark,
        likeness=found.likeness,
        state=HitState.OPEN,
        reason="",
        found_at=now,
    )
    if is_new:
        audit.record(
            session,
            actor=SYSTEM,
            action="screening.hit",
            subject="company",
            subject_id=company_id,
            facts={"hit": hit_id, "entry": found.entry_id, "likeness": found.likeness},
            now=now,
        )
        is_goods = kind is SubjectKind.GOODS
        record(session, ScreeningHitFound(company_id=company_id, hit_id=hit_id, is_goods=is_goods, at=now))
    return is_new


def _note(session: Session, kind: SubjectKind, subject_id: UUID, company_id: UUID, what: Named, now: datetime) -> int:
    about = {"kind": kind, "subject_id": subject_id, "company_id": company_id, "mark": what.mark, "now": now}
    return sum(note(session, found=found, **about) for found in queries.like(session, what=what))


def _fill_goods(session: Session, list_id: UUID, goods: tuple[ListedGoods, ...]) -> None:
    if goods:
        session.execute(
            sa.insert(ScreeningEntry),
            [
                {
                    "id": new_id(),
                    "list_id": list_id,
                    "name": entry.name,
                    "country": "",
                    "aliases": list(entry.words),
                    "numbers": [digits(code) for code in entry.hs],
                    "mark": entry.mark,
                    "about": About.GOODS,
                }
                for entry in goods
            ],
        )


def _fill(session: Session, list_id: UUID, entries: tuple[Named, ...]) -> None:
    if not entries:
        return
    ids = [new_id() for _ in entries]
    session.execute(
        sa.insert(ScreeningEntry),
        [
            {
                "id": entry_id,
                "list_id": list_id,
                "name": entry.name,
                "country": entry.country,
                "aliases": list(entry.aliases),
                "numbers": list(entry.numbers),
                "mark": entry.mark,
            }
            for entry_id, entry in zip(ids, entries, strict=True)
        ],
    )
    keys = [
        {"entry_id": entry_id, "likeness": likeness, "value": value}
        for entry_id, entry in zip(ids, entries, strict=True)
        for likeness, value in sorted(set(entry.ways()))
    ]
    session.execute(sa.insert(ScreeningKey), keys)
