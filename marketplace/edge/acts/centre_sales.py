"""Acts on goods that were sold from distribution centres; shared by pages and API."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from marketplace.accounts import queries as accounts
from marketplace.accounts.queries import CompanyRow
from marketplace.accounts.rules.permissions import CompanyKind, Permission
from marketplace.distribution.centre_sales import queries
from marketplace.distribution.centre_sales.queries import CollectionRow, SaleRow, TransitRow
from marketplace.distribution.centre_sales.rules import FETCHABLE, SaleState
from marketplace.distribution.centre_sales.services import declaring, handing, transiting
from marketplace.edge.identity import require_actor
from marketplace.edge.requests import centre_sales as requests
from marketplace.edge.requests.payments import money
from marketplace.edge.requests.road import TransitStep
from marketplace.kernel import clock
from marketplace.kernel.actor import Actor
from marketplace.kernel.db import reading
from marketplace.kernel.pages import Page
from marketplace.logistics.centres.queries import centres, papers
from marketplace.logistics.centres.queries.centres import CentreRow
from marketplace.logistics.centres.queries.papers import ProofRow
from marketplace.logistics.centres.rules.lots import Status
from marketplace.logistics.road.rules.transit import Security
from marketplace.reference import queries as reference
from marketplace.reference.queries import PlaceRow


@dataclass(frozen=True, slots=True)
class SaleSeen:
    """A sale from a centre for somebody who may see it, and what that reader may do: each act once it can be done."""

    row: SaleRow
    collections: tuple[CollectionRow, ...]
    transit: TransitRow | None
    centre: CentreRow
    companies: Mapping[UUID, str]
    buyer_country: str
    acts: tuple[str, ...]
    is_side: bool
    now: datetime

    @property
    def on_their_way(self) -> tuple[CollectionRow, ...]:
        """What left and has not come yet."""
        return tuple(row for row in self.collections if row.delivered_at is None)


def many(query: requests.SalesQuery) -> Page[SaleRow]:
    """Return the sales that the asker's company buys, sells, keeps or declares; of the operator, all."""
    actor = require_actor()
    company_id = None if _runs(actor) else actor.company
    return queries.sales(reading(), company_id=company_id, waiting=query.waiting, cursor=query.cursor)


def one(sale_id: UUID) -> SaleSeen:
    """Return a sale to a party of it; NotFound for everybody else."""
    session, actor = reading(), require_actor()
    row = queries.seen(session, sale_id=sale_id, company_id=None if _runs(actor) else actor.company)
    involved = {row.buyer_id, row.merchant_id, row.keeper_id, *([row.broker_id] if row.broker_id else [])}
    companies = accounts.get_companies(session, company_ids=involved)
    left = queries.collections(session, sale_id=row.id) if row.handed else ()
    transit = next(iter(queries.transits(session, sale_id=row.id)), None) if row.is_import else None
    return SaleSeen(
        row=row,
        collections=left,
        transit=transit,
        centre=centres.centre(session, centre_id=row.centre_id),
        companies={key: company.name for key, company in companies.items()},
        buyer_country=companies[row.buyer_id].country,
        acts=tuple(_acts(row, actor, comes=any(each.delivered_at is None for each in left), transit=transit)),
        is_side=actor.company in (row.buyer_id, row.merchant_id) and actor.may(Permission.TRADE_ORDER_READ),
        now=clock.now(),
    )


def _acts(row: SaleRow, actor: Actor, *, comes: bool, transit: TransitRow | None) -> list[str]:
    keeps = actor.may(Permission.PARTNER_CENTRE_KEEP) and (_runs(actor) or actor.company == row.keeper_id)
    takes = actor.may(Permission.TRADE_ORDER_ACCEPT) and actor.company == row.buyer_id
    declares = actor.may(Permission.PARTNER_RELEASE_RECORD) and (_runs(actor) or actor.company == row.broker_id)
    imports = actor.may(Permission.TRADE_PAPERS_STATE) and actor.company == row.importer_id
    in_bond = row.status is Status.BONDED and row.state in (SaleState.PROMISED, SaleState.TO_RELEASE)
    lies = declares and row.state is SaleState.TO_RELEASE and (transit is None or transit.is_cancelled)
    possible = {
        "name_broker": imports and in_bond,
        "release": lies,
        "draft_transit": lies,
        "step_transit": declares and transit is not None and bool(transit.possible),
        "hand_over": keeps and row.state in FETCHABLE,
        "run_short": keeps and row.state is SaleState.PARTLY_HANDED,
        "deliver": (keeps or takes) and comes and (transit is None or transit.is_cancelled or transit.is_there),
    }
    return [act for act, can in possible.items() if can]


def of_order(order_id: UUID) -> tuple[SaleRow, ...]:
    """Return the sales of an order; whoever shows them has asked whether its reader may see it."""
    return queries.of_order(reading(), order_id=order_id)


def waiting_in(centre_ids: frozenset[UUID]) -> tuple[SaleRow, ...]:
    """Return what was sold in these centres and is not with its buyer yet."""
    return queries.kept(reading(), centre_ids=centre_ids)


def undischarged() -> tuple[SaleRow, ...]:
    """Return the sales whose transit movement was to be discharged by now."""
    return queries.undischarged(reading(), now=clock.now())


def to_declare() -> tuple[SaleRow, ...]:
    """Return the sales that the asker's company has to declare or to discharge; of the operator, all."""
    actor = require_actor()
    return queries.to_declare(reading(), broker_id=None if _runs(actor) else actor.company)


def brokers() -> tuple[CompanyRow, ...]:
    """Return the customs brokers of the city."""
    return accounts.companies_of_kind(reading(), kind=CompanyKind.BROKER)


def places() -> tuple[PlaceRow, ...]:
    """Return the places of the city."""
    return tuple(reference.places(reading()))


def usable_proofs(row: SaleRow) -> tuple[ProofRow, ...]:
    """Return the proofs of the goods' owner with which they may be released."""
    return papers.usable_proofs(reading(), company_id=row.merchant_id, listing_id=row.listing_id)


def name_broker(session: Session, sale_id: UUID, broker_id: UUID) -> None:
    """Let a broker declare the goods of a sale."""
    declaring.name_broker(session, sale_id=sale_id, broker_id=broker_id, actor=require_actor(), now=clock.now())


def release(session: Session, sale_id: UUID, body: requests.SaleReleaseBody) -> None:
    """Record by which declaration the goods of a sale leave bond."""
    declaring.release(session, sale_id=sale_id, declared=body.declared, actor=require_actor(), now=clock.now())


def draft_transit(session: Session, sale_id: UUID, body: requests.SaleTransitBody) -> UUID:
    """Draft a transit movement of a sale's bonded goods and return its id."""
    secured = money(body.guarantee_amount, body.currency, field="guarantee_amount")
    wanted = transiting.NewTransit(
        regime=body.regime,
        to_place=body.to_place,
        security=Security(
            body.guarantee, body.guarantee_reference, secured.minor, secured.currency, body.guarantee_until
        ),
        discharge_by=body.discharge_by,
    )
    return transiting.draft(session, sale_id=sale_id, wanted=wanted, actor=require_actor(), now=clock.now())


def step_transit(session: Session, sale_id: UUID, body: TransitStep) -> None:
    """Record what happened to the transit movement of a sale."""
    transiting.step(
        session,
        sale_id=sale_id,
        taken=body.step,
        mrn=body.mrn or "",
        place_code=body.place,
        remark=body.remark,
        happened_at=body.happened_at,
        actor=require_actor(),
        now=clock.now(),
    )


def hand_over(session: Session, sale_id: UUID, body: requests.SaleHandoverBody) -> None:
    """Let goods of a sale leave their centre, all at once or in parts."""
    handing.hand_over(
        session,
        sale_id=sale_id,
        units=body.quantity,
        number=body.number,
        complete=body.complete,
        actor=require_actor(),
        now=clock.now(),
    )


def run_short(session: Session, sale_id: UUID) -> None:
    """Say that the rest of a sale is not there."""
    handing.run_short(session, sale_id=sale_id, actor=require_actor(), now=clock.now())


def deliver(session: Session, sale_id: UUID, body: requests.SaleDeliveryBody) -> None:
    """Say that goods of a sale are with their buyer."""
    handing.deliver(
        session,
        sale_id=sale_id,
        damaged=body.damaged,
        collection_id=body.collection,
        actor=require_actor(),
        now=clock.now(),
    )


def _runs(actor: Actor) -> bool:
    return actor.company_kind == CompanyKind.OPERATOR
