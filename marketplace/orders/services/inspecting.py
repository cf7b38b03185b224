"""An inspector's report: counts and checklist, judged by the plan; a paper, a fee, and what it does to the goods."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy.orm import Session

from marketplace.accounts import queries as accounts
from marketplace.accounts.rules.permissions import Permission
from marketplace.kernel.actor import Actor
from marketplace.kernel.errors import Conflict, NotAllowed
from marketplace.kernel.money import Money
from marketplace.orders.models import Inspection, InspectionPhoto, InspectionRemark, Order, OrderLine
from marketplace.orders.queries.inspections import holding_up
from marketplace.orders.rules.classes import class_of
from marketplace.orders.rules.evidence import check_room
from marketplace.orders.rules.inspections import INSPECTIONS, Found, check_found, verdict
from marketplace.orders.rules.sampling import SOURCE, shown
from marketplace.orders.services.evidence import own_files
from marketplace.orders.services.inspections import locked, move
from marketplace.orders.services.paper_facts import agreement, party
from marketplace.papers import services as papers
from marketplace.papers.rules.documents import PaperKind
from marketplace.papers.rules.inspection_report import InspectionReport
from marketplace.payments.rules.terms import Subject, SubjectKind
from marketplace.payments.services import returns

_RESULTS: Final = {"pass": "passed", "condition": "conditional", "fail": "failed"}


@dataclass(frozen=True, slots=True)
class Report:
    """What an inspector hands in: what he found, a word about it, and files handed in before as evidence."""

    found: Found
    remarks: str
    photos: Sequence[UUID]


def report(session: Session, *, inspection_id: UUID, handed_in: Report, actor: Actor, now: datetime) -> None:
    """Report an inspection as its inspector; the plan decides, the paper is issued, the fee is owed to him.

    NotAllowed ``inspector_only`` for buyer and merchant, Conflict ``state`` before he took it on and once reported.
    He may have come before the day that was planned.
    """
    inspection, order = locked(session, inspection_id, actor)
    if actor.company != inspection.inspector_id:
        raise NotAllowed("inspector_only")
    actor.must(Permission.PARTNER_INSPECTION_REPORT)
    found, line = handed_in.found, session.get_one(OrderLine, inspection.line_id)
    act = verdict(found, major_accepted=inspection.major_accepted, minor_accepted=inspection.minor_accepted)
    INSPECTIONS.apply(inspection.state, act)
    commodity = class_of(fresh=line.fresh, hs_code=line.hs_code)
    check_found(found, sample=inspection.sample, commodity=commodity)
    files = own_files(session, evidence=handed_in.photos, actor=actor)
    check_room(before=(), more=[file.size for file in files])
    inspection.critical, inspection.major, inspection.minor = found.critical, found.major, found.minor
    inspection.checklist = {point: str(check) for point, check in found.checklist.items()}
    inspection.reported_at = now
    session.add_all(InspectionPhoto(inspection_id=inspection.id, file_id=file.id) for file in files)
    if handed_in.remarks:
        session.add(InspectionRemark(inspection_id=inspection.id, person_id=actor.person, body=handed_in.remarks))
    move(session, inspection, order, act, actor=actor, now=now)
    _issue(session, inspection, order, _RESULTS[act], now)
    returns.owe(
        session,
        subject=Subject(SubjectKind.ORDER, order.id),
        payee_id=inspection.payer_id,
        payer_id=inspection.inspector_id,
        amount=Money(inspection.fee_minor, inspection.currency),
        cause_id=inspection.id,
        now=now,
    )


def must_be_clear(session: Session, *, line_id: UUID) -> None:
    """Refuse to take goods that an inspection holds up: Conflict ``inspection_waits``."""
    if (reference := holding_up(session, line_id=line_id)) is not None:
        raise Conflict("inspection_waits", inspection=reference)


def _issue(session: Session, inspection: Inspection, order: Order, result: str, now: datetime) -> None:
    agreed = agreement(session, order_id=order.id)
    line = next(row for row in agreed.lines if row.id == inspection.line_id)
    inspector = accounts.get_companies(session, company_ids=[inspection.inspector_id])[inspection.inspector_id]
    paper = InspectionReport(
        number=inspection.reference,
        order=agreed.order.reference,
        issued_on=now.astimezone(agreed.zone).date(),
        inspector=party(inspector),
        seller=agreed.order.parties[order.merchant_id],
        buyer=agreed.order.parties[order.buyer_id],
        sku=line.sku,
        title=line.titles,
        hs_code=line.hs_code,
        quantity=inspection.lot,
        unit=line.unit,
        inspected_on=inspection.planned_on,
        standard=SOURCE,
        level=str(inspection.level),
        letter=inspection.letter,
        sample=inspection.sample,
        major_aql=shown(inspection.major_aql),
        minor_aql=shown(inspection.minor_aql),
        accepted=(0, inspection.major_accepted, inspection.minor_accepted),
        found=(inspection.critical or 0, inspection.major or 0, inspection.minor or 0),
        checklist=dict(inspection.checklist or {}),
        result=result,
    )
    papers.issue(
        session,
        kind=PaperKind.INSPECTION_REPORT,
        subject_kind="order_line",
        subject_id=line.id,
        number=paper.number,
        locales=agreed.locales,
        data=paper.to_data(),
        parties=[inspection.inspector_id, order.buyer_id, order.merchant_id],
        now=now,
    )
