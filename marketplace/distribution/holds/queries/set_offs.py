"""Read what carriers bear and nothing was taken off for yet."""

from collections import defaultdict
from collections.abc import Collection
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from marketplace.distribution.costs.models import CostItem
from marketplace.distribution.costs.rules.causes import Bearer
from marketplace.distribution.costs.rules.planning import CostKind
from marketplace.distribution.holds.models import HoldSetOff, HoldShare
from marketplace.distribution.holds.rules.setting_off import Open
from marketplace.kernel.money import Money

_TAKEN = (
    sa.select(sa.func.coalesce(sa.func.sum(HoldSetOff.minor), 0))
    .where(HoldSetOff.share_id == HoldShare.id)
    .scalar_subquery()
)
_LEFT = HoldShare.amount_minor - _TAKEN


def lock(session: Session, *, company_id: UUID, departure_id: UUID) -> None:
    """Let nobody else set off against a carrier's shares of a departure, nor take them back, until this is decided."""
    wanted = sa.select(HoldShare.id).where(
        HoldShare.bearer == Bearer.CARRIER, HoldShare.carrier_id == company_id, HoldShare.departure_id == departure_id
    )
    session.execute(wanted.order_by(HoldShare.id).with_for_update())


def left(
    session: Session, *, company_id: UUID, departure_ids: Collection[UUID]
) -> dict[UUID, tuple[tuple[CostKind, Open], ...]]:
    """Return what is to be set off against a carrier's invoices, by departure, the oldest first, with its kind."""
    wanted = (
        sa.select(HoldShare.departure_id, CostItem.kind, HoldShare.id, HoldShare.currency, _LEFT.label("minor"))
        .join(CostItem, CostItem.id == HoldShare.item_id)
        .where(
            HoldShare.bearer == Bearer.CARRIER,
            HoldShare.carrier_id == company_id,
            HoldShare.departure_id.in_(departure_ids),
            HoldShare.voided_at.is_(None),
            _LEFT > 0,
        )
        .order_by(HoldShare.id)
    )
    found: dict[UUID, list[tuple[CostKind, Open]]] = defaultdict(list)
    for row in session.execute(wanted):
        found[row.departure_id].append((row.kind, Open(row.id, Money(int(row.minor), row.currency))))
    return {departure_id: tuple(rows) for departure_id, rows in found.items()}
