"""Letters about days on which goods are ready."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from marketplace.accounts import queries as accounts
from marketplace.notices.services.letters import Facts, Letter
from marketplace.orders.queries import lines, orders
from marketplace.orders.queries.orders import OrderRow
from marketplace.orders.readiness import queries
from marketplace.orders.readiness.queries import ReadinessRow


def asked(session: Session, job: Facts, now: datetime) -> Iterator[Letter]:
    """Ask the merchant whether a day stands, or to name one; nobody once it was answered."""
    for order, row, facts in _about(session, job):
        ask = row.open_ask
        if ask is not None and ask.answer_by > now:
            path = f"/orders/{order.id}/lines/{row.line_id}/ready-date"
            told = {"day": ask.day.isoformat(), "is_named": row.day is not None, "until": ask.answer_by, "path": path}
            yield Letter(order.merchant_id, facts | told)


def moved(session: Session, job: Facts, _now: datetime) -> Iterator[Letter]:
    """Tell the buyer that goods are ready later, and why."""
    for order, row, facts in _about(session, job):
        last = row.words[-1] if row.words else None
        if last is not None and last.before is not None and last.reason is not None:
            told = {"day": last.day.isoformat(), "before": last.before.isoformat(), "reason": last.reason.value}
            yield Letter(order.buyer_id, facts | told)


def unanswered(session: Session, job: Facts, _now: datetime) -> Iterator[Letter]:
    """Tell both sides that nobody said whether a day stands."""
    for order, row, facts in _about(session, job):
        if row.missed is not None:
            told = facts | {"day": row.missed.day.isoformat()}
            yield Letter(order.buyer_id, told | {"is_merchant": False})
            yield Letter(order.merchant_id, told | {"is_merchant": True})


def _about(session: Session, job: Facts) -> Iterator[tuple[OrderRow, ReadinessRow, dict[str, Any]]]:
    order_id, line_id = UUID(job["order"]), UUID(job["line"])
    order = orders.by_id(session, order_ids=[order_id]).get(order_id)
    if order is None or order.ended_at is not None:
        return
    country = accounts.get_company(session, company_id=order.merchant_id).country
    found = queries.readiness(session, line_ids=[line_id], country=country, secured_at=order.secured_at)
    if line_id in found:
        sku = lines.goods_of(session, line_ids=[line_id])[line_id].sku
        yield order, found[line_id], {"reference": order.reference, "sku": sku, "path": f"/orders/{order.id}"}
