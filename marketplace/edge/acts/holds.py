"""Who bears what held lorries cost, by whoever asks: the table for everybody, own charges, the operator's desk."""

from collections.abc import Iterable, Mapping
from uuid import UUID

from sqlalchemy.orm import Session

from marketplace.accounts import queries as accounts
from marketplace.distribution.costs.queries import lorries
from marketplace.distribution.holds.queries import cases, set_offs, shares, table
from marketplace.distribution.holds.queries.cases import CaseRow
from marketplace.distribution.holds.queries.shares import ShareRow
from marketplace.distribution.holds.queries.table import TableRow, VersionRow
from marketplace.distribution.holds.rules.bearing import RuleState
from marketplace.distribution.holds.services import charging, hearing, publishing, waiving
from marketplace.edge.identity import require_actor
from marketplace.edge.requests import holds as requests
from marketplace.kernel import clock
from marketplace.kernel.db import reading
from marketplace.kernel.money import Money
from marketplace.kernel.pages import Page


def shown() -> tuple[TableRow, ...]:
    """Return the table of today."""
    session = reading()
    return table.shown(session, on=accounts.house_day(session, now=clock.now()))


def versions() -> tuple[VersionRow, ...]:
    """Return the published rules, the latest first."""
    return table.versions(reading())[::-1]


def proposals() -> tuple[VersionRow, ...]:
    """Return the rules that wait for a second person, the oldest first."""
    return tuple(row for row in table.versions(reading(), all_states=True) if row.state is RuleState.PROPOSED)


def propose(session: Session, body: requests.NewBearingRule) -> UUID:
    """Propose a rule and return its id."""
    now = clock.now()
    return publishing.propose(
        session,
        cause=body.cause,
        bearing=body.bearing,
        valid_from=body.valid_from,
        today=accounts.house_day(session, now=now),
        source=body.source,
        actor=require_actor(),
        now=now,
    )


def publish(session: Session, rule_id: UUID) -> None:
    """Let a proposed rule count, as another person."""
    now = clock.now()
    today = accounts.house_day(session, now=now)
    publishing.publish(session, rule_id=rule_id, today=today, actor=require_actor(), now=now)


def decline(session: Session, rule_id: UUID) -> None:
    """Let a proposed rule never count."""
    publishing.decline(session, rule_id=rule_id, actor=require_actor(), now=clock.now())


def many(departure_id: UUID) -> tuple[CaseRow, ...]:
    """Return the holds of a departure, the latest first; NotFound for an unknown departure."""
    lorries.lorry(reading(), departure_id=departure_id)
    return cases.of_departure(reading(), departure_id=departure_id)


def reference(departure_id: UUID) -> str:
    """Return what a departure is called; NotFound for an unknown one."""
    return lorries.lorry(reading(), departure_id=departure_id).reference


def of_departure(departure_id: UUID) -> tuple[ShareRow, ...]:
    """Return whose the costs of a departure's holds are."""
    return shares.of_departure(reading(), departure_id=departure_id)


def name(session: Session, case_id: UUID, body: requests.HeldConsignment, *, departure_id: UUID | None = None) -> None:
    """Say which consignment a hold is about; NotFound for a hold of another departure than is named."""
    actor, now = require_actor(), clock.now()
    hearing.name(session, case_id=case_id, booking=body.booking, actor=actor, now=now, departure_id=departure_id)


def mine(query: requests.HeldChargesQuery) -> Page[ShareRow]:
    """Return the shares that one's company owes, is owed or bears."""
    company_id = require_actor().company
    return shares.of_company(reading(), company_id=company_id, order_id=query.order, cursor=query.cursor)


def of_order(order_id: UUID) -> tuple[ShareRow, ...]:
    """Return what one's company owes of lorries that were held with goods of an order, the latest first."""
    found = shares.of_company(reading(), company_id=require_actor().company, order_id=order_id)
    return tuple(row for row in found.items if row.payer_id == require_actor().company)


def to_set_off(company_id: UUID, departure_ids: Iterable[UUID]) -> dict[UUID, tuple[Money, ...]]:
    """Return what a carrier bears of departures and nothing was taken off its invoices for yet."""
    found = set_offs.left(reading(), company_id=company_id, departure_ids=set(departure_ids))
    return {departure_id: tuple(one.amount for _, one in rows) for departure_id, rows in found.items()}


def one(share_id: UUID) -> ShareRow:
    """Return a share of one's company."""
    return shares.share(reading(), share_id=share_id, company_id=require_actor().company)


def sees_order(row: ShareRow) -> bool:
    """Tell whether the asker is a side of the order: a carrier has the freight and not the order behind it."""
    return row.payer_id == require_actor().company


def desk(query: requests.HeldDeskQuery) -> Page[ShareRow]:
    """Return all shares, for the operator."""
    return shares.all_of(reading(), state=query.state, departure_id=query.departure, cursor=query.cursor)


def looked_at(share_id: UUID) -> ShareRow:
    """Return any share, for the operator."""
    return shares.share(reading(), share_id=share_id)


def names(rows: Iterable[ShareRow]) -> Mapping[UUID, str]:
    """Return the names of the companies of shares."""
    ids = {company_id for row in rows for company_id in (row.payer_id, row.carrier_id) if company_id}
    return {one.id: one.name for one in accounts.get_companies(reading(), company_ids=ids).values()}


def waive(session: Session, share_id: UUID, body: requests.HeldWaiver) -> str:
    """Let a charge off or ask a second person to; return where it stands."""
    return waiving.waive(
        session, share_id=share_id, cause=body.cause, reason=body.reason, actor=require_actor(), now=clock.now()
    ).value


def approve(session: Session, share_id: UUID) -> None:
    """Let off, as another person, what somebody would let off."""
    waiving.approve(session, share_id=share_id, actor=require_actor(), now=clock.now())


def keep(session: Session, share_id: UUID) -> None:
    """Let a charge stay owed that somebody would let off."""
    waiving.decline(session, share_id=share_id, actor=require_actor(), now=clock.now())


def charge(session: Session, share_id: UUID) -> None:
    """Charge a share that waited for its carrier's account."""
    charging.settle_account(session, share_id=share_id, actor=require_actor(), now=clock.now())
