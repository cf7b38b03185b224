"""What the API says of goods that were sold from distribution centres."""

from dataclasses import asdict
from datetime import date, datetime
from uuid import UUID

from marketplace.api.shared.answers import Amount, Answer, Instant
from marketplace.distribution.centre_sales.queries import SaleRow, TransitRow
from marketplace.edge.acts.centre_sales import SaleSeen


class CentreSale(Answer):
    """An order line of goods that lie in a distribution centre.

    ``state``: ``promised`` until its order is confirmed and secured, ``to_release`` while it lies in bond, ``ready``
    to be fetched, ``partly_handed`` while some of it left and the rest is to be fetched, ``handed_over``,
    ``delivered`` or ``cancelled``. ``quantity`` is what was ordered, ``handed`` what left of it, the last of it by the
    paper ``number``; ``due_at`` until when the rest is to be declared and fetched;
    ``discharge_by`` when its transit movement is to be discharged, while the guarantee of that is engaged.
    """

    id: UUID
    reference: str
    order_id: UUID
    order: str
    line_id: UUID
    listing_id: UUID
    sku: str
    titles: dict[str, str]
    unit: str
    buyer_id: UUID
    merchant_id: UUID
    importer_id: UUID | None
    centre_id: UUID
    keeper_id: UUID
    status: str
    quantity: int
    state: str
    broker_id: UUID | None
    handed: int
    number: str | None
    due_at: Instant | None
    placed_at: Instant
    ready_at: Instant | None
    handed_at: Instant | None
    ended_at: Instant | None
    discharge_by: Instant | None

    @classmethod
    def of(cls, row: SaleRow) -> "CentreSale":
        """Write a sale."""
        return cls(
            id=row.id,
            reference=row.reference,
            order_id=row.order_id,
            order=row.order_reference,
            line_id=row.line_id,
            listing_id=row.listing_id,
            sku=row.sku,
            titles=dict(row.titles),
            unit=row.unit,
            buyer_id=row.buyer_id,
            merchant_id=row.merchant_id,
            importer_id=row.importer_id if row.is_import else None,
            centre_id=row.centre_id,
            keeper_id=row.keeper_id,
            status=str(row.status),
            quantity=row.quantity,
            state=str(row.state),
            broker_id=row.broker_id,
            handed=row.handed,
            number=row.number,
            due_at=row.due_at,
            placed_at=row.placed_at,
            ready_at=row.ready_at,
            handed_at=row.handed_at,
            ended_at=row.ended_at,
            discharge_by=row.discharge_by,
        )


class CentreCollection(Answer):
    """Units of a sale that left at once, by the paper ``number``; ``damaged`` of them once they came."""

    id: UUID
    quantity: int
    number: str
    handed_at: Instant
    delivered_at: Instant | None
    damaged: int | None


class CentreTransitStep(Answer):
    """What happened to a transit movement."""

    step: str
    place: str | None
    remark: str | None
    happened_at: Instant


class CentreTransit(Answer):
    """The transit movement under which bonded goods of a sale leave, with its guarantee."""

    id: UUID
    regime: str
    to_place: str
    state: str
    possible: list[str]
    mrn: str | None
    guarantee: str
    guarantee_reference: str
    secured: Amount
    guarantee_until: date
    discharge_by: Instant
    overdue: bool
    steps: list[CentreTransitStep]

    @classmethod
    def of(cls, row: TransitRow, now: datetime) -> "CentreTransit":
        """Write a movement."""
        return cls(
            id=row.id,
            regime=str(row.regime),
            to_place=row.to_place,
            state=str(row.state),
            possible=[str(one) for one in row.possible],
            mrn=row.mrn,
            guarantee=str(row.guarantee),
            guarantee_reference=row.guarantee_reference,
            secured=Amount.of(row.secured),
            guarantee_until=row.guarantee_until,
            discharge_by=row.discharge_by,
            overdue=row.is_overdue(now),
            steps=[
                CentreTransitStep(
                    step=str(one.step),
                    place=one.place_code,
                    remark=str(one.remark) if one.remark else None,
                    happened_at=one.happened_at,
                )
                for one in row.steps
            ],
        )


class CentreSaleSeen(Answer):
    """A sale with what left of it, the place where it lies, and what its reader may do with it now."""

    sale: CentreSale
    collections: list[CentreCollection]
    transit: CentreTransit | None
    place: str
    overdue: bool
    actions: list[str]

    @classmethod
    def seen(cls, seen: SaleSeen) -> "CentreSaleSeen":
        """Write a sale as its reader may see it."""
        return cls(
            sale=CentreSale.of(seen.row),
            collections=[CentreCollection(**asdict(row)) for row in seen.collections],
            transit=CentreTransit.of(seen.transit, seen.now) if seen.transit else None,
            place=seen.centre.place.code,
            overdue=seen.row.is_overdue(seen.now),
            actions=list(seen.acts),
        )
