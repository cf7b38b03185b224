"""A merchant's own warehouses: added, named, put in order and retired."""

from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from marketplace.accounts.rules.permissions import Permission
from marketplace.accounts.services import companies
from marketplace.audit import services as audit
from marketplace.catalog.warehouses.models import MerchantWarehouse, StockPlace
from marketplace.catalog.warehouses.rules import MOST_WAREHOUSES, check_texts, name_key
from marketplace.kernel.actor import Actor
from marketplace.kernel.errors import Conflict, NotFound, Refused
from marketplace.kernel.ids import new_id


def add(session: Session, *, actor: Actor, name: str, place: str, now: datetime) -> UUID:
    """Open a warehouse of the actor's company, the last in its order, and return its id.

    Refused ``name`` where an open one is called so; Conflict ``warehouses_full`` beyond the most there may be.
    """
    actor.must(Permission.CATALOG_LISTING_EDIT)
    kept_name, kept_place = check_texts(name, place)
    there = _in_turn(session, actor)
    if len(there) >= MOST_WAREHOUSES:
        raise Conflict("warehouses_full", most=MOST_WAREHOUSES)
    _check_free(there, kept_name)
    row = MerchantWarehouse(
        id=new_id(),
        company_id=actor.company,
        name=kept_name,
        name_key=name_key(kept_name),
        place=kept_place,
        position=max((each.position for each in there), default=0) + 1,
        created_at=now,
    )
    session.add(row)
    session.flush()
    _audit(session, actor, "added", row.id, now)
    return row.id


def rename(session: Session, *, actor: Actor, warehouse_id: UUID, name: str, place: str, now: datetime) -> None:
    """Call a warehouse something else, or say where else it is; the same again changes nothing."""
    actor.must(Permission.CATALOG_LISTING_EDIT)
    kept_name, kept_place = check_texts(name, place)
    there = _in_turn(session, actor)
    row = _found(there, warehouse_id)
    _check_free([each for each in there if each is not row], kept_name)
    if (row.name, row.place) == (kept_name, kept_place):
        return
    row.name, row.name_key, row.place = kept_name, name_key(kept_name), kept_place
    session.flush()
    _audit(session, actor, "renamed", row.id, now)


def move_up(session: Session, *, actor: Actor, warehouse_id: UUID, now: datetime) -> None:
    """Let a warehouse change places with the one before it; the first stays the first."""
    actor.must(Permission.CATALOG_LISTING_EDIT)
    there = _in_turn(session, actor)
    row = _found(there, warehouse_id)
    at = there.index(row)
    if at == 0:
        return
    before = there[at - 1]
    before.position, row.position = row.position, before.position
    session.flush()
    _audit(session, actor, "moved_up", row.id, now)


def retire(session: Session, *, actor: Actor, warehouse_id: UUID, now: datetime) -> None:
    """Close a warehouse for good; its name may be given again. Conflict ``warehouse_in_use`` while units lie there."""
    actor.must(Permission.CATALOG_LISTING_EDIT)
    row = _found(_in_turn(session, actor), warehouse_id)
    units = session.scalar(sa.select(sa.func.sum(StockPlace.on_hand)).where(StockPlace.warehouse_id == row.id))
    if units:
        raise Conflict("warehouse_in_use", warehouse=row.id, units=int(units))
    session.execute(sa.delete(StockPlace).where(StockPlace.warehouse_id == row.id))
    row.retired_at = now
    session.flush()
    _audit(session, actor, "retired", row.id, now)


def _in_turn(session: Session, actor: Actor) -> list[MerchantWarehouse]:
    """Return the company's open warehouses in order of preference, locked; whoever changes one waits for its turn.

    Whoever puts units into a warehouse holds it open meanwhile (``places``), so that none is retired with units.
    """
    companies.take_turn(session, company_id=actor.company)
    query = sa.select(MerchantWarehouse).where(
        MerchantWarehouse.company_id == actor.company, MerchantWarehouse.retired_at.is_(None)
    )
    found = session.scalars(
        query.order_by(MerchantWarehouse.id).with_for_update().execution_options(populate_existing=True)
    )
    return sorted(found, key=lambda row: (row.position, row.id))


def _found(there: list[MerchantWarehouse], warehouse_id: UUID) -> MerchantWarehouse:
    row = next((each for each in there if each.id == warehouse_id), None)
    if row is None:
        raise NotFound("warehouse")
    return row


def _check_free(others: list[MerchantWarehouse], name: str) -> None:
    if name_key(name) in {each.name_key for each in others}:
        raise Refused.field("name", "taken", "another name")


def _audit(session: Session, actor: Actor, act: str, warehouse_id: UUID, now: datetime) -> None:
    audit.record(
        session, actor=actor, action=f"warehouse.{act}", subject="merchant_warehouse", subject_id=warehouse_id, now=now
    )
