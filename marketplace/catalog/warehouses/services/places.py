"""What lies where, kept in step with the stock: for callers that hold the rows of ``stock`` they change.

Rows of one listing change behind the lock of its stock. Who puts units somewhere holds the warehouses open, in order of
their ids; who retires one waits, and then finds the units.
"""

from collections.abc import Collection, Mapping
from typing import Any, cast
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from marketplace.catalog.warehouses.models import MerchantWarehouse, StockPlace
from marketplace.catalog.warehouses.rules import name_key, spread
from marketplace.kernel.db import write


def follow(session: Session, *, moved: Mapping[UUID, int]) -> None:
    """Let the places of listings follow stock that moved by so many units; those without places are left alone."""
    lying = _lying(session, moved)
    if not lying:
        return
    owners = {listing_id: company_id for listing_id, (company_id, _) in lying.items()}
    open_ones = hold_open(session, company_ids={owners[key] for key in lying if moved[key] > 0})
    changed: dict[UUID, dict[UUID, int]] = {}
    for listing_id, (company_id, places) in lying.items():
        first = next(iter(open_ones.get(company_id, places)))
        changed[listing_id] = spread(places, moved[listing_id], first=first)
    _write(session, {key: places for key, (_, places) in lying.items()}, changed)


def put(session: Session, *, places: Mapping[UUID, Mapping[UUID, int]]) -> None:
    """Let units of listings lie just so, in warehouses that the caller holds open; elsewhere none are left."""
    kept = {listing_id: lying for listing_id, (_, lying) in _lying(session, places).items()}
    whole = {key: {**dict.fromkeys(kept.get(key, {}), 0), **wanted} for key, wanted in places.items()}
    _write(session, kept, whole)


def clear(session: Session, *, listing_id: UUID) -> bool:
    """Forget where the units of a listing lie; tell whether that was known."""
    gone = session.execute(sa.delete(StockPlace).where(StockPlace.listing_id == listing_id))
    return cast("sa.CursorResult[Any]", gone).rowcount > 0


def hold_open(session: Session, *, company_ids: Collection[UUID]) -> dict[UUID, dict[UUID, str]]:
    """Return the open warehouses of companies in order of preference, with their names as they are compared.

    None of them is retired, named or moved by others until the end of the unit of work.
    """
    if not company_ids:
        return {}
    query = (
        sa.select(
            MerchantWarehouse.id, MerchantWarehouse.company_id, MerchantWarehouse.name, MerchantWarehouse.position
        )
        .where(MerchantWarehouse.company_id.in_(company_ids), MerchantWarehouse.retired_at.is_(None))
        .order_by(MerchantWarehouse.id)
        .with_for_update(read=True)
    )
    found: dict[UUID, dict[UUID, str]] = {}
    for row in sorted(session.execute(query), key=lambda row: (row.position, row.id)):
        found.setdefault(row.company_id, {})[row.id] = name_key(row.name)
    return found


def _lying(session: Session, listing_ids: Collection[UUID]) -> dict[UUID, tuple[UUID, dict[UUID, int]]]:
    """Return whose warehouses they are, and what lies in each, in order of preference; of listings that have places."""
    query = (
        sa.select(StockPlace.listing_id, MerchantWarehouse.company_id, StockPlace.warehouse_id, StockPlace.on_hand)
        .join(MerchantWarehouse, MerchantWarehouse.id == StockPlace.warehouse_id)
        .where(StockPlace.listing_id.in_(listing_ids))
        .order_by(MerchantWarehouse.position, MerchantWarehouse.id)
    )
    found: dict[UUID, tuple[UUID, dict[UUID, int]]] = {}
    for row in session.execute(query):
        found.setdefault(row.listing_id, (row.company_id, {}))[1][row.warehouse_id] = row.on_hand
    return found


def _write(
    session: Session, kept: Mapping[UUID, Mapping[UUID, int]], wanted: Mapping[UUID, Mapping[UUID, int]]
) -> None:
    """Write what differs from what is kept."""
    table = cast("sa.Table", StockPlace.__table__)
    new: list[dict[str, Any]] = []
    changed: list[dict[str, Any]] = []
    for listing_id, places in wanted.items():
        for warehouse_id, units in places.items():
            before = kept.get(listing_id, {}).get(warehouse_id)
            if before is None:
                new.append({"listing_id": listing_id, "warehouse_id": warehouse_id, "on_hand": units})
            elif before != units:
                changed.append({"listing": listing_id, "warehouse": warehouse_id, "units": units})
    write(session, StockPlace, new)
    if changed:
        statement = (
            sa.update(table)
            .where(table.c.listing_id == sa.bindparam("listing"), table.c.warehouse_id == sa.bindparam("warehouse"))
            .values(on_hand=sa.bindparam("units"))
        )
        session.execute(statement, changed)
