"""Inspections before shipment, by whoever asks: buyer, merchant, inspector."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from marketplace.accounts import queries as accounts
from marketplace.accounts.queries import CompanyRow
from marketplace.accounts.rules.permissions import Permission
from marketplace.edge.acts import files as file_acts
from marketplace.edge.acts.clocks import clocks
from marketplace.edge.identity import require_actor
from marketplace.edge.requests import inspections as requests
from marketplace.edge.requests.payments import money
from marketplace.files import queries as files
from marketplace.files.queries import FileRow
from marketplace.kernel import clock
from marketplace.kernel.db import reading
from marketplace.kernel.errors import NotFound
from marketplace.kernel.pages import Page
from marketplace.logistics.queries import bookings as booking_queries
from marketplace.logistics.rules.states import CURRENT
from marketplace.orders.queries import inspections as queries
from marketplace.orders.queries import lines
from marketplace.orders.queries.inspections import InspectionRow
from marketplace.orders.rules.inspections import INSPECTIONS, Check, Found, InspectionState
from marketplace.orders.rules.sampling import aql_of, level_of
from marketplace.orders.services import inspecting, inspections
from marketplace.payments.queries import payouts
from marketplace.payments.queries.payouts import ReturnRow


@dataclass(frozen=True, slots=True)
class InspectionSeen:
    """An inspection as somebody who has to do with it sees it, with what this reader may do."""

    row: InspectionRow
    side: str
    companies: Mapping[UUID, str]
    clocks: Mapping[UUID, str]
    files: Mapping[UUID, FileRow]
    acts: tuple[str, ...]
    returns: tuple[ReturnRow, ...]
    # Until when the lorry of the goods takes cargo, where the inspection is planned for a later day than that.
    missed_cutoff: datetime | None

    @property
    def fees(self) -> dict[UUID, str]:
        """What is owed for an inspection is its fee."""
        return {row.id: self.row.reference for row in self.returns}

    @property
    def owner_id(self) -> UUID | None:
        """The company that has the next move."""
        row = self.row
        return {"buyer": row.buyer_id, "merchant": row.merchant_id, "inspector": row.inspector_id}.get(row.owner or "")


def inspectors(session: Session) -> tuple[CompanyRow, ...]:
    """Return the companies that can be asked to inspect, by name: those whose papers are in force."""
    found = [row for kind in inspections.INSPECTORS for row in accounts.companies_of_kind(session, kind=kind)]
    admitted = inspections.fit(session, companies=found, now=clock.now())
    return tuple(sorted((row for row in found if row.id in admitted), key=lambda row: (row.name, row.id)))


def ask(session: Session, line_id: UUID, body: requests.Inspection) -> UUID:
    """Order an inspection as the buyer of a line, offer one as its merchant."""
    actor = require_actor()
    line = lines.line(session, company_id=actor.company, line_id=line_id)
    terms = inspections.Terms(
        inspector_id=body.inspector_id,
        planned_on=body.planned_on,
        level=level_of(body.level),
        major_aql=aql_of(body.major_aql, field="major_aql"),
        minor_aql=aql_of(body.minor_aql, field="minor_aql"),
        fee=money(body.fee, body.currency or line.amount.currency, field="fee"),
    )
    return inspections.ask(session, line_id=line_id, terms=terms, actor=actor, now=clock.now())


def answer(session: Session, inspection_id: UUID, body: requests.Answer) -> None:
    """Take an offer or an order, or not."""
    agrees = body.answer == "yes"
    inspections.answer(session, inspection_id=inspection_id, agrees=agrees, actor=require_actor(), now=clock.now())


def appoint(session: Session, inspection_id: UUID, body: requests.Appointment) -> None:
    """Name another inspector."""
    actor = require_actor()
    known = queries.inspection(session, company_id=actor.company, inspection_id=inspection_id)
    inspections.appoint(
        session,
        inspection_id=inspection_id,
        inspector_id=body.inspector_id,
        planned_on=body.planned_on,
        fee=money(body.fee, body.currency or known.fee.currency, field="fee"),
        actor=actor,
        now=clock.now(),
    )


def repeat(session: Session, inspection_id: UUID, body: requests.Repetition) -> UUID:
    """Have the goods inspected again."""
    return inspections.repeat(
        session, inspection_id=inspection_id, planned_on=body.planned_on, actor=require_actor(), now=clock.now()
    )


def waive(session: Session, inspection_id: UUID) -> None:
    """Let the goods go, as their buyer."""
    inspections.waive(session, inspection_id=inspection_id, actor=require_actor(), now=clock.now())


def report(session: Session, inspection_id: UUID, body: requests.Report, *, more: Sequence[UUID] = ()) -> None:
    """Report what was found, as the inspector."""
    checks = {point: Check(check) for point, check in body.checklist.items()}
    handed_in = inspecting.Report(
        found=Found(body.critical, body.major, body.minor, checks),
        remarks=body.remarks or "",
        photos=[*body.photos, *more],
    )
    inspecting.report(session, inspection_id=inspection_id, handed_in=handed_in, actor=require_actor(), now=clock.now())


def many(session: Session, search: requests.InspectionsQuery) -> Page[InspectionRow]:
    """Return the inspections that the asker's company has to do with."""
    state = InspectionState(search.state) if search.state else None
    return queries.inspections(session, company_id=require_actor().company, state=state, cursor=search.cursor)


def names(session: Session, rows: Sequence[InspectionRow]) -> Mapping[UUID, str]:
    """Return the names of the companies in these inspections."""
    ids = {key for row in rows for key in (row.buyer_id, row.merchant_id, row.inspector_id)}
    return {key: found.name for key, found in accounts.get_companies(session, company_ids=ids).items()}


def look(session: Session, inspection_id: UUID) -> InspectionSeen:
    """Return an inspection with everything this reader may see of it and do; NotFound for who has no part in it."""
    actor = require_actor()
    row = queries.inspection(session, company_id=actor.company, inspection_id=inspection_id)
    known = clocks(session, (row.buyer_id, row.merchant_id, row.inspector_id))
    zone = known[row.merchant_id]
    side = "inspector" if actor.company == row.inspector_id else "merchant"
    return InspectionSeen(
        row=row,
        side="buyer" if actor.company == row.buyer_id else side,
        companies=names(session, [row]),
        clocks=known,
        files=files.files(session, ids=row.photos),
        acts=tuple(_acts(row)),
        returns=payouts.returns(session, company_id=actor.company, cause_id=row.id) if row.reported_at else (),
        missed_cutoff=_missed_cutoff(session, row, zone) if side != "inspector" and row.ended_at is None else None,
    )


def _missed_cutoff(session: Session, row: InspectionRow, zone: str) -> datetime | None:
    booked = booking_queries.bookings(session, subjects=[row.line_id]).get(row.line_id, ())
    cutoff = booked[-1].cutoff_cargo_at if booked and booked[-1].state in CURRENT else None
    return cutoff if cutoff and cutoff.astimezone(ZoneInfo(zone)).date() < row.planned_on else None


def photo(inspection_id: UUID, file_id: UUID) -> object:
    """Give a file of a report to who may see the inspection."""
    session = reading()
    row = queries.inspection(session, company_id=require_actor().company, inspection_id=inspection_id)
    if file_id not in row.photos:
        raise NotFound("file")
    return file_acts.give(files.get_any(session, file_id=file_id))


def _acts(row: InspectionRow) -> list[str]:
    actor = require_actor()
    can = INSPECTIONS.actions(row.state)
    if actor.company == row.inspector_id:
        if not actor.may(Permission.PARTNER_INSPECTION_REPORT):
            return []
        return ["answer" for name in can if name == "accept"] + ["report" for name in can if name == "pass"]
    buys = actor.company == row.buyer_id
    acts: list[str] = []
    if actor.may(Permission.TRADE_ORDER_PLACE if buys else Permission.TRADE_ORDER_FULFIL):
        acts += ["answer" for name in can if name == "take" and buys]
        acts += ["appoint" for name in can if name == "appoint"]
        acts += ["repeat" for name in can if name == "repeat" and (buys or row.state is InspectionState.FAILED)]
    if buys and actor.may(Permission.TRADE_ORDER_ACCEPT):
        acts += [name for name in can if name == "waive"]
    return acts
