"""Read sales from distribution centres, and what a cart may take from one."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from marketplace.distribution.centre_sales.models import CentreCollection, CentreSale, CentreTransit, CentreTransitStep
from marketplace.distribution.centre_sales.rules import PROMISING, THERE, TO_FETCH, WAITS, Lying, SaleState, steps_of
from marketplace.distribution.centres.models import CentreOffer
from marketplace.kernel.checks import Breach, Promise, Promises
from marketplace.kernel.errors import NotFound
from marketplace.kernel.money import Money
from marketplace.kernel.pages import Page, decode_id, page_of
from marketplace.logistics.centres.models import Centre, CentreLot, LotMovement
from marketplace.logistics.centres.queries.centres import CentreRow, centres_by_id
from marketplace.logistics.centres.rules.lots import Move, Status, days_left
from marketplace.logistics.road.rules.transit import (
    ENGAGED,
    Guarantee,
    Regime,
    Remark,
    Step,
    TransitState,
    is_overdue,
)
from marketplace.orders.models import LinePart, Order, OrderLine
from marketplace.orders.rules.cancelling import TAKEN_OFF
from marketplace.reference import queries as reference
from marketplace.reference.rules import CURRENCIES

PAGE: Final = 50


@dataclass(frozen=True, slots=True)
class SaleRow:
    """A sale from a centre, with what its order line says of the goods."""

    id: UUID
    reference: str
    order_id: UUID
    order_reference: str
    line_id: UUID
    position: int
    listing_id: UUID
    sku: str
    titles: dict[str, str]
    source_locale: str
    unit: str
    buyer_id: UUID
    merchant_id: UUID
    importer_id: UUID
    centre_id: UUID
    keeper_id: UUID
    status: Status
    quantity: int
    state: SaleState
    broker_id: UUID | None
    handed: int
    number: str | None
    due_at: datetime | None
    placed_at: datetime
    ready_at: datetime | None
    handed_at: datetime | None
    ended_at: datetime | None
    discharge_by: datetime | None  # by when its transit movement is to be discharged whose guarantee is engaged

    @property
    def to_fetch(self) -> int:
        """How many units are still promised."""
        return self.quantity - self.handed if self.state in PROMISING else 0

    @property
    def is_import(self) -> bool:
        """Whether it is declared by its importer before it goes."""
        return self.status is Status.BONDED

    def is_overdue(self, now: datetime) -> bool:
        """Tell whether nobody declared or fetched the goods in time."""
        return self.due_at is not None and self.due_at <= now and self.state in TO_FETCH

    def is_undischarged(self, now: datetime) -> bool:
        """Tell whether the guarantee of its transit movement stands engaged for too long."""
        return self.discharge_by is not None and self.discharge_by < now


@dataclass(frozen=True, slots=True)
class CollectionRow:
    """Units of a sale that left at once; ``damaged`` once they came."""

    id: UUID
    quantity: int
    number: str
    handed_at: datetime
    delivered_at: datetime | None
    damaged: int | None


@dataclass(frozen=True, slots=True)
class StepRow:
    """What happened to a transit movement."""

    step: Step
    place_code: str | None
    remark: Remark | None
    happened_at: datetime


@dataclass(frozen=True, slots=True)
class TransitRow:
    """A transit movement of a sale's bonded goods, and what happened to it."""

    id: UUID
    regime: Regime
    to_place: str
    state: TransitState
    mrn: str | None
    guarantee: Guarantee
    guarantee_reference: str
    secured: Money
    guarantee_until: date
    discharge_by: datetime
    steps: tuple[StepRow, ...]
    is_here: bool  # all of its goods still lie in the centre

    @property
    def possible(self) -> tuple[Step, ...]:
        """What may happen next."""
        return steps_of(self.state, is_here=self.is_here)

    @property
    def is_there(self) -> bool:
        """Whether its goods came to their place."""
        return self.state in THERE

    @property
    def is_cancelled(self) -> bool:
        """Whether the goods may go another way."""
        return self.state is TransitState.CANCELLED

    def is_overdue(self, now: datetime) -> bool:
        """Tell whether it was to be discharged by now."""
        return is_overdue(self.state, self.discharge_by, now)


def lying(session: Session, *, wanted: Mapping[UUID, UUID], now: datetime) -> dict[UUID, Lying]:
    """Return what lies of listings in the centre that each is wanted from, by listing; unknown centres are left out."""
    if not wanted:
        return {}
    centres = centres_by_id(session, centre_ids=set(wanted.values()))
    offers = session.execute(
        sa.select(CentreOffer.listing_id, CentreOffer.centre_id, CentreOffer.status).where(
            CentreOffer.listing_id.in_(wanted)
        )
    )
    sold = {(row.listing_id, row.centre_id): row.status for row in offers}
    lots = session.execute(
        sa.select(
            CentreLot.listing_id,
            CentreLot.centre_id,
            CentreLot.status,
            CentreLot.bonded_until,
            (CentreLot.on_hand - CentreLot.promised).label("left"),
        ).where(CentreLot.listing_id.in_(wanted), CentreLot.on_hand > CentreLot.promised)
    ).all()
    codes: dict[str, set[str]] = {}
    for place in reference.places(session):
        codes.setdefault(place.country, set()).add(place.code)
    return {
        listing_id: _lying(
            centre,
            sold.get((listing_id, centre.id)),
            [row for row in lots if (row.listing_id, row.centre_id) == (listing_id, centre.id)],
            frozenset(codes[centre.place.country]),
            now,
        )
        for listing_id, centre_id in wanted.items()
        if (centre := centres.get(centre_id)) is not None
    }


def _lying(
    centre: CentreRow, status: Status | None, lots: Collection[Any], places: frozenset[str], now: datetime
) -> Lying:
    today = centre.today(now)
    able = [row for row in lots if row.status is status and (row.bonded_until is None or row.bonded_until >= today)]
    ends = [row.bonded_until for row in able if row.bonded_until is not None]
    place = centre.place
    return Lying(
        centre_id=centre.id,
        place_code=place.code,
        place_name=place.name,
        place_names=place.names,
        country=place.country,
        currency=CURRENCIES.get(place.country, ""),
        status=status,
        left=sum(row.left for row in able),
        days_left=days_left(min(ends), today) if ends else None,
        places=places,
    )


def sales(
    session: Session,
    *,
    company_id: UUID | None,
    waiting: bool = False,
    cursor: str | None = None,
    size: int = PAGE,
) -> Page[SaleRow]:
    """Return the sales that a company buys, sells, keeps or declares, latest first; None: all, for the operator.

    ``waiting``: those alone that somebody has to declare, fetch, bring or discharge.
    """
    statement = _SALES.order_by(CentreSale.id.desc()).limit(size + 1)
    if company_id is not None:
        statement = statement.where(_mine(company_id))
    if waiting:
        statement = statement.where(sa.or_(CentreSale.state.in_(WAITS), _IS_ENGAGED))
    if cursor is not None:
        statement = statement.where(CentreSale.id < decode_id(cursor))
    return page_of([_row(row) for row in session.execute(statement)], size, lambda row: (str(row.id),))


def kept(session: Session, *, centre_ids: Collection[UUID]) -> tuple[SaleRow, ...]:
    """Return what was sold in these centres and is not with its buyer yet, what is due first at the front."""
    wanted = _SALES.where(CentreSale.centre_id.in_(centre_ids), CentreSale.state.in_(WAITS))
    return tuple(_row(row) for row in session.execute(wanted.order_by(CentreSale.due_at, CentreSale.id)))


def to_declare(session: Session, *, broker_id: UUID | None) -> tuple[SaleRow, ...]:
    """Return the sales that a broker has to declare, or to discharge; None: all of them, for the operator."""
    wanted = _SALES.where(sa.or_(CentreSale.state == SaleState.TO_RELEASE, _IS_ENGAGED))
    if broker_id is not None:
        wanted = wanted.where(CentreSale.broker_id == broker_id)
    return tuple(_row(row) for row in session.execute(wanted.order_by(CentreSale.due_at, CentreSale.id)))


def undischarged(session: Session, *, now: datetime) -> tuple[SaleRow, ...]:
    """Return the sales whose transit movement was to be discharged by now and is not, the longest so first."""
    wanted = _SALES.where(now > _DISCHARGE_BY).order_by(_DISCHARGE_BY, CentreSale.id)
    return tuple(_row(row) for row in session.execute(wanted))


def waiting_undischarged(session: Session, *, now: datetime) -> int:
    """Return how many transit movements of goods from centres stand past their deadline."""
    late = sa.select(sa.func.count()).where(CentreTransit.state.in_(ENGAGED), CentreTransit.discharge_by < now)
    return session.scalars(late).one()


def of_order(session: Session, *, order_id: UUID) -> tuple[SaleRow, ...]:
    """Return the sales of an order, by its lines."""
    wanted = _SALES.where(CentreSale.order_id == order_id).order_by(OrderLine.position)
    return tuple(_row(row) for row in session.execute(wanted))


def sale(session: Session, *, sale_id: UUID) -> SaleRow:
    """Return a sale, whoever it belongs to; NotFound."""
    found = session.execute(_SALES.where(CentreSale.id == sale_id)).one_or_none()
    if found is None:
        raise NotFound("centre_sale")
    return _row(found)


def seen(session: Session, *, sale_id: UUID, company_id: UUID | None) -> SaleRow:
    """Return a sale to its buyer, its seller, the keeper, the broker or the operator (None); NotFound for others."""
    statement = _SALES.where(CentreSale.id == sale_id)
    if company_id is not None:
        statement = statement.where(_mine(company_id))
    found = session.execute(statement).one_or_none()
    if found is None:
        raise NotFound("centre_sale")
    return _row(found)


def collections(session: Session, *, sale_id: UUID) -> tuple[CollectionRow, ...]:
    """Return what left of a sale, the first of it at the front."""
    rows = session.execute(
        sa.select(*(getattr(CentreCollection, name) for name in CollectionRow.__dataclass_fields__))
        .where(CentreCollection.sale_id == sale_id)
        .order_by(CentreCollection.id)
    )
    return tuple(CollectionRow(**row._asdict()) for row in rows)


def transits(session: Session, *, sale_id: UUID) -> tuple[TransitRow, ...]:
    """Return the transit movements of a sale, the latest first: those before it were cancelled."""
    wanted = (
        sa.select(CentreTransit, CentreSale.handed)
        .join(CentreSale, CentreSale.id == CentreTransit.sale_id)
        .where(CentreTransit.sale_id == sale_id)
        .order_by(CentreTransit.id.desc())
    )
    rows = session.execute(wanted).all()
    steps: dict[UUID, list[StepRow]] = {row.id: [] for row, _ in rows}
    taken = sa.select(CentreTransitStep).where(CentreTransitStep.transit_id.in_(steps)).order_by(CentreTransitStep.id)
    for one in session.scalars(taken) if rows else ():
        steps[one.transit_id].append(StepRow(one.step, one.place_code, one.remark, one.happened_at))
    return tuple(
        TransitRow(
            row.id,
            row.regime,
            row.to_place,
            row.state,
            row.mrn,
            row.guarantee,
            row.guarantee_reference,
            Money(row.guarantee_minor, row.guarantee_currency),
            row.guarantee_until,
            row.discharge_by,
            tuple(steps[row.id]),
            handed == 0,
        )
        for row, handed in rows
    )


def uncollected(session: Session, *, now: datetime, limit: int = 200) -> tuple[UUID, ...]:
    """Return the sales whose time is over and of which nobody was told, the oldest first."""
    return tuple(
        session.scalars(
            sa.select(CentreSale.id)
            .where(
                CentreSale.state.in_(TO_FETCH),
                CentreSale.due_at <= now,
                CentreSale.told_at.is_(None),
            )
            .order_by(CentreSale.due_at, CentreSale.id)
            .limit(limit)
        )
    )


def breaches(session: Session) -> list[Breach]:
    """Return sales of other units than are promised or ordered, and orders and sales that do not know each other."""
    return _PROMISES.breaches(session)


def _uneven() -> sa.Select[UUID]:
    promised = (
        sa.select(sa.func.coalesce(sa.func.sum(LotMovement.promised), 0))
        .where(LotMovement.subject_id == CentreSale.line_id)
        .scalar_subquery()
    )
    holds = CentreSale.state.in_(PROMISING)
    return sa.select(CentreSale.id).where(
        promised != sa.case((holds, CentreSale.quantity - CentreSale.handed), else_=0)
    )


def _other() -> sa.Select[UUID]:
    ordered = (
        sa.select(sa.func.coalesce(sa.func.sum(LinePart.quantity), 0))
        .where(LinePart.line_id == CentreSale.line_id, LinePart.state.not_in(TAKEN_OFF))
        .scalar_subquery()
    )
    return sa.select(CentreSale.id).where(CentreSale.state != SaleState.CANCELLED, ordered != CentreSale.quantity)


def _uncounted() -> sa.Select[UUID]:
    left = sa.select(sa.func.coalesce(sa.func.sum(CentreCollection.quantity), 0)).where(
        CentreCollection.sale_id == CentreSale.id
    )
    return sa.select(CentreSale.id).where(left.scalar_subquery() != CentreSale.handed)


def _astray() -> sa.Select[UUID]:
    under_way = sa.exists().where(CentreCollection.sale_id == CentreSale.id, CentreCollection.delivered_at.is_(None))
    return sa.select(CentreSale.id).where(
        sa.or_(
            sa.and_(CentreSale.state == SaleState.DELIVERED, under_way),
            sa.and_(CentreSale.state == SaleState.HANDED_OVER, sa.not_(under_way)),
        )
    )


def _unsecured() -> sa.Select[UUID]:
    return (
        sa.select(CentreSale.id)
        .join(LotMovement, LotMovement.subject_id == CentreSale.line_id)
        .join(CentreLot, CentreLot.id == LotMovement.lot_id)
        .where(LotMovement.kind == Move.OUT, CentreLot.status == Status.BONDED)
        .where(
            ~sa.exists().where(
                CentreTransit.sale_id == CentreSale.id,
                CentreTransit.state.in_((*ENGAGED, TransitState.DISCHARGED)),
            )
        )
    )


def _strange() -> sa.Select[UUID]:
    return (
        sa.select(CentreSale.id)
        .join(Order, Order.id == CentreSale.order_id)
        .where(
            sa.or_(
                Order.centre_id.is_distinct_from(CentreSale.centre_id),
                Order.is_domestic != (CentreSale.status == Status.FREE),
            )
        )
    )


def _bare() -> sa.Select[UUID]:
    return (
        sa.select(OrderLine.id)
        .join(Order, Order.id == OrderLine.order_id)
        .outerjoin(CentreSale, CentreSale.line_id == OrderLine.id)
        .where(Order.centre_id.is_not(None), CentreSale.id.is_(None))
    )


_PROMISES: Final = Promises(
    "3 stock",
    Promise("centre_sale", "is not what is promised to it", _uneven),
    Promise("centre_sale", "is not what was ordered", _other),
    Promise("centre_sale", "is not what its parts are", _uncounted),
    Promise("centre_sale", "did not come as its parts did", _astray),
    Promise("centre_sale", "left bond under no transit", _unsecured),
    Promise("centre_sale", "its order knows no such sale", _strange),
    Promise("order_line", "lies in a centre, and is not sold there", _bare),
)


def _mine(company_id: UUID) -> sa.ColumnElement[bool]:
    return sa.or_(
        CentreSale.buyer_id == company_id,
        CentreSale.merchant_id == company_id,
        CentreSale.broker_id == company_id,
        Order.seller_id == company_id,
        Centre.company_id == company_id,
    )


_DISCHARGE_BY: Final = (
    sa.select(CentreTransit.discharge_by)
    .where(CentreTransit.sale_id == CentreSale.id, CentreTransit.state.in_(ENGAGED))
    .correlate(CentreSale)
    .scalar_subquery()
)
_IS_ENGAGED: Final = sa.exists().where(CentreTransit.sale_id == CentreSale.id, CentreTransit.state.in_(ENGAGED))
_OWN = {name: getattr(CentreSale, name) for name in SaleRow.__dataclass_fields__ if hasattr(CentreSale, name)}
_SALES: sa.Select[*tuple[Any, ...]] = (
    sa.select(
        *_OWN.values(),
        Order.reference.label("order_reference"),
        Order.importer_id,
        OrderLine.position,
        OrderLine.listing_id,
        OrderLine.sku,
        OrderLine.titles,
        OrderLine.source_locale,
        OrderLine.unit,
        Centre.company_id.label("keeper_id"),
        _DISCHARGE_BY.label("discharge_by"),
    )
    .join(Order, Order.id == CentreSale.order_id)
    .join(OrderLine, OrderLine.id == CentreSale.line_id)
    .join(Centre, Centre.id == CentreSale.centre_id)
)


def _row(row: Any) -> SaleRow:
    return SaleRow(**row._mapping)  # noqa: SLF001  SQLAlchemy's public name for it
