"""Show what is asked for, say how it stands, choose what is asked where and of whom, and watch what ends."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any, Final
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from marketplace.accounts import queries as accounts
from marketplace.accounts.queries import closures, directory
from marketplace.accounts.rules.permissions import Permission
from marketplace.accounts.services import companies
from marketplace.audit import services as audit
from marketplace.files import queries as files
from marketplace.files.rules import Purpose
from marketplace.kernel.actor import SYSTEM, Actor
from marketplace.kernel.db import insert_if_new
from marketplace.kernel.errors import Conflict, NotFound, Refused
from marketplace.kernel.events import record
from marketplace.kernel.ids import new_id
from marketplace.merchants import queries as merchants
from marketplace.merchants.events import RequirementEnding, RequirementRuled
from marketplace.merchants.models import (
    MerchantApplication,
    RequirementNotice,
    RequirementPaper,
    RequirementRule,
    RequirementRuling,
)
from marketplace.merchants.queries import requirements as queries
from marketplace.merchants.queries.watching import EndRow
from marketplace.merchants.rules.applications import check_impartial
from marketplace.merchants.rules.requirements import (
    CHOSEN,
    JUDGED,
    PAPERS,
    Asked,
    Item,
    ItemState,
    Kind,
    Requirement,
    Ruling,
    Stage,
    Verdict,
    check_last_day,
    check_reason,
    check_ruling,
    comes_alone,
    kinds_of,
)
from marketplace.merchants.services import qualifications
from marketplace.outbox import services as outbox
from marketplace.reference.rules import RCEP

REQUALIFY: Final = "requalify_companies"


def hand_in(session: Session, *, actor: Actor, item: Item, file_id: UUID, until: date | None, now: datetime) -> UUID:
    """Show a paper of the actor's company and return its id; the one before stays, and no longer counts.

    Refused for what is no paper or not asked for here, and for a file that was not handed in as a licence. Conflict
    ``licence_with_application`` for the first licence: that goes with the application.
    """
    actor.must(Permission.COMPANY_PROFILE_EDIT)
    companies.take_turn(session, company_id=actor.company)
    asked = queries.merged(queries.all_of(session, company_id=actor.company, today=now.date()))
    wanted = [each for each in PAPERS if each in asked]
    if item not in wanted:
        raise Refused.field("item", "choice", ", ".join(wanted))
    check_last_day(until, field="until", today=closures.day_of(session, company_id=actor.company, now=now))
    check_file(session, actor, file_id, field="file_id", code="paper_file")
    merchant = merchants.merchant_of(session, company_id=actor.company)
    if not comes_alone(item, merchant.state if merchant else None):
        raise Conflict("licence_with_application")
    paper_id = keep_paper(session, actor=actor, item=item, file_id=file_id, until=until, now=now)
    qualifications.refresh(session, company_id=actor.company, now=now)
    return paper_id


def keep_paper(session: Session, *, actor: Actor, item: Item, file_id: UUID, until: date | None, now: datetime) -> UUID:
    """Write down a paper that was checked before; the same one again is the one there is, unless it was rejected."""
    last = queries.papers_of(session, company_id=actor.company).get(item)
    is_same = last is not None and (last.file_id, last.valid_until) == (file_id, until)
    if last is not None and is_same and not queries.is_rejected(session, paper_id=last.id):
        return last.id
    paper = RequirementPaper(
        id=new_id(),
        company_id=actor.company,
        item=item,
        file_id=file_id,
        valid_until=until,
        handed_in_by=actor.person_id,
        handed_in_at=now,
    )
    session.add(paper)
    session.flush()
    _audit(session, actor, "requirement.shown", actor.company, now, item=item, paper=paper.id)
    return paper.id


def check_file(session: Session, actor: Actor, file_id: UUID, *, field: str, code: str = "licence") -> None:
    """Refuse what is no file of the actor's company handed in as a licence."""
    try:
        file = files.get_file(session, company_id=actor.company, file_id=file_id)
    except NotFound:
        file = None
    if file is None or not file.serves(Purpose.LICENCE):
        raise Refused.field(field, code, "a file of your company handed in with purpose licence")


def rule(
    session: Session,
    *,
    actor: Actor,
    company_id: UUID,
    item: Item,
    verdict: Verdict,
    reason: str,
    mark: str,
    until: date | None = None,
    is_name_excused: bool = False,
    now: datetime,
) -> None:
    """Accept, reject or waive an item of a company; what was said before stays, and this counts. Twice is once.

    Who accepts an extract of the register has compared name and number with it: the company is called so from then on.
    Conflict ``number_compared`` when another has that number; ``name_taken`` as when who sells is approved.

    ``mark`` names the evidence that was looked at, empty for none: Conflict ``evidence_changed`` when the company shows
    another by now. Conflict ``nothing_shown`` and ``evidence_over`` for what cannot be said. A waiver may end on a day.
    """
    actor.must(Permission.OPERATOR_MERCHANT_REVIEW)
    check_ruling(verdict, reason, until, today=closures.day_of(session, company_id=actor.company, now=now))
    companies.take_turn(session, company_id=company_id)
    found = queries.merged(queries.all_of(session, company_id=company_id, today=now.date()))
    if not found:
        raise NotFound("company")
    possible = [each for each in found if each in JUDGED]
    if item not in possible:
        raise Refused.field("item", "choice", ", ".join(possible))
    paper_id = found[item].paper_id
    shown_by = queries.paper(session, paper_id=paper_id).handed_in_by if paper_id else None
    check_stranger(session, actor, company_id, shown_by)
    found[item].check(verdict, mark)
    said = Ruling(verdict, mark, until, reason.strip())
    if found[item].ruling == said:
        return
    if (item, verdict) == (Item.REGISTER, Verdict.ACCEPT):
        _compare(session, actor, company_id, now, is_name_excused=is_name_excused)
    _say(session, actor, company_id, found[item], said, now)
    qualifications.refresh(session, company_id=company_id, now=now)


def vouch(session: Session, *, company_id: UUID, reason: str, now: datetime) -> None:
    """Waive what a buyer or partner is required to show and nobody settled: who sets the city up answers for it.

    The reason stands with each waiver; again changes nothing. NotFound for who is neither.
    """
    companies.take_turn(session, company_id=company_id)
    kinds = kinds_of(accounts.get_company(session, company_id=company_id).kind)
    if not kinds:
        raise NotFound("company")
    check_reason(reason)
    for each in queries.requirements_of(session, company_id=company_id, today=now.date(), kind=kinds[-1]):
        if each.is_open and each.item in JUDGED:
            _say(session, SYSTEM, company_id, each, Ruling(Verdict.WAIVE, each.mark, None, reason.strip()), now)
    qualifications.refresh(session, company_id=company_id, now=now)


def _compare(session: Session, actor: Actor, company_id: UUID, now: datetime, *, is_name_excused: bool) -> None:
    """Let a company be called what it says, once somebody compared it with its register: one number is one company."""
    company = accounts.get_company(session, company_id=company_id)
    if directory.same_number(
        session, company_id=company_id, country=company.country, registration_number=company.registration_number
    ):
        raise Conflict("number_compared")
    if company.verified_at is None:
        companies.verify_company(
            session,
            actor=actor,
            company_id=company_id,
            name=company.name,
            registration_number=company.registration_number,
            is_name_excused=is_name_excused,
            now=now,
        )


def settle(session: Session, *, actor: Actor, application: MerchantApplication, reason: str, now: datetime) -> None:
    """Pass the second gate: approval accepts the licence that came with the application, and nothing else.

    Conflict ``payee_missing`` while the company cannot be paid, ``requirements_open`` with the ``items`` that nobody
    looked at, that are missing, rejected or over: each is judged on its own, shown anew, or waived with a reason.
    """
    company_id = application.company_id
    found = {each.item: each for each in queries.requirements_of(session, company_id=company_id, today=now.date())}
    licence = found[Item.LICENCE]
    if licence.state is ItemState.PENDING and _came_with(session, application, licence):
        _say(session, actor, company_id, licence, Ruling(Verdict.ACCEPT, licence.mark, None, reason.strip()), now)
        del found[Item.LICENCE]
    # The approval itself says that the number and the application are in order.
    stay = [item for item, each in found.items() if each.is_open and item not in (Item.REGISTRATION, Item.REVIEW)]
    if Item.PAYEE in stay:
        raise Conflict("payee_missing")
    if stay:
        raise Conflict("requirements_open", items=stay)


def _came_with(session: Session, application: MerchantApplication, licence: Requirement) -> bool:
    paper = queries.papers_of(session, company_id=application.company_id)[licence.item]
    return (paper.file_id, paper.valid_until) == (application.licence_file_id, application.licence_until)


def check_shown(session: Session, *, company_id: UUID, today: date) -> None:
    """Keep the first gate: Conflict ``requirements_open`` with what the company has to show before it applies."""
    found = queries.requirements_of(session, company_id=company_id, today=today)
    if lacking := [each.item for each in found if each.is_lacking]:
        raise Conflict("requirements_open", items=lacking)


def choose(
    session: Session, *, actor: Actor, country: str, kind: Kind, item: Item, asked: Asked, now: datetime
) -> None:
    """Choose whether companies of a country and kind are asked for an item, from now on; again changes nothing.

    Levels of buyers and admissions of partners there are worked out anew by a job, orders that run are not touched.

    NotFound for other countries than those of RCEP, and for what every country's companies show.
    """
    actor.must(Permission.OPERATOR_SETTINGS_EDIT)
    if country not in RCEP or item not in CHOSEN[kind]:
        raise NotFound("requirement")
    if queries.asked_of(session, country=country, kind=kind)[item] is asked:
        return
    if not insert_if_new(session, RequirementRule, country=country, kind=kind, item=item, asked=asked):
        mine = (RequirementRule.country == country, RequirementRule.kind == kind, RequirementRule.item == item)
        session.execute(sa.update(RequirementRule).where(*mine).values(asked=asked))
    if kind is not Kind.MERCHANT:
        outbox.enqueue(session, REQUALIFY, {"country": country, "kind": kind.value}, now=now)
    audit.record(
        session,
        actor=actor,
        action="requirement.chosen",
        subject="company",
        subject_id=actor.company,
        facts={"country": country, "kind": kind, "item": item, "asked": asked},
        now=now,
    )


def tell_of_ends(session: Session, *, ends: Sequence[EndRow], now: datetime) -> int:
    """Say once of each stage that what counts of a company ends soon or has ended; return of how many it was said."""
    company_id = ends[0].company_id
    found = queries.merged(queries.all_of(session, company_id=company_id, today=now.date()))
    counting = [
        end for end in ends if end.item in found and found[end.item].stands_by(end.until, is_waiver=end.is_waiver)
    ]
    return sum(_tell_of_end(session, end, now) for end in counting)


def _tell_of_end(session: Session, end: EndRow, now: datetime) -> bool:
    is_new = insert_if_new(
        session,
        RequirementNotice,
        company_id=end.company_id,
        item=end.item,
        until=end.until,
        stage=end.stage,
        told_at=now,
    )
    if is_new:
        _audit(session, SYSTEM, "requirement.ending", end.company_id, now, item=end.item, stage=end.stage)
        record(
            session,
            RequirementEnding(
                company_id=end.company_id,
                item=end.item,
                until=end.until,
                is_waiver=end.is_waiver,
                is_over=end.stage is Stage.OVER,
                at=now,
            ),
        )
    return is_new


def check_stranger(session: Session, actor: Actor, company_id: UUID, submitted_by: UUID | None = None) -> None:
    """Refuse a reviewer who would judge a company of his own, or what he handed in."""
    mine = accounts.companies_of(session, actor=actor)
    check_impartial(reviewer=actor.person_id, reviewer_companies=mine, applicant=company_id, submitted_by=submitted_by)


def _say(session: Session, actor: Actor, company_id: UUID, found: Requirement, said: Ruling, now: datetime) -> None:
    ruling = RequirementRuling(
        id=new_id(),
        company_id=company_id,
        item=found.item,
        verdict=said.verdict,
        mark=said.mark,
        paper_id=found.paper_id,
        until=said.until,
        reason=said.reason,
        decided_by=actor.person_id,
        decided_at=now,
    )
    session.add(ruling)
    session.flush()
    _audit(session, actor, f"requirement.{said.verdict}", company_id, now, item=found.item, ruling=ruling.id)
    record(session, RequirementRuled(company_id=company_id, item=found.item, verdict=said.verdict, at=now))


def _audit(session: Session, actor: Actor, action: str, company_id: UUID, now: datetime, **facts: Any) -> None:
    audit.record(session, actor=actor, action=action, subject="merchant", subject_id=company_id, facts=facts, now=now)
