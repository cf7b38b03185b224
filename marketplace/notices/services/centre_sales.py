"""Hear of goods that were ordered in distribution centres, and write to those who act next."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy.orm import Session

from marketplace.accounts import queries as accounts
from marketplace.distribution.centre_sales import queries
from marketplace.distribution.centre_sales.events import CentreSaleMoved, CentreSaleUncollected
from marketplace.kernel import clock
from marketplace.kernel.ids import new_id
from marketplace.logistics.centres.queries.centres import centre
from marketplace.notices.rules import News, is_fresh
from marketplace.notices.services.letters import Facts, Letter
from marketplace.outbox import services as outbox

JOB: Final = "tell"
# Who is told of what; of an order that ended buyer and merchant hear anyhow, and of goods that came.
_TOLD: Final[dict[str, tuple[str, ...]]] = {
    "await_release": ("buyer", "keeper", "broker"),
    "name_broker": ("broker",),
    "make_ready": ("buyer", "keeper"),
    "hand_part": ("buyer", "merchant"),
    "hand_over": ("buyer", "merchant"),
    "run_short": ("buyer", "merchant"),
    "cancel": ("keeper", "broker"),
    "uncollected": ("buyer", "merchant", "keeper"),
}


def on_moved(session: Session, event: CentreSaleMoved) -> None:
    """Tell those who act next."""
    _later(session, event.sale_id, event.act, event.at)


def on_uncollected(session: Session, event: CentreSaleUncollected) -> None:
    """Tell both sides and the keeper."""
    _later(session, event.sale_id, "uncollected", event.at)


def moved(session: Session, job: Facts, _now: datetime) -> Iterator[Letter]:
    """Tell what a sale waits for now, or that it went on."""
    act = str(job["act"])
    row = queries.sale(session, sale_id=UUID(job["sale"]))
    whom = {"buyer": row.buyer_id, "merchant": row.merchant_id, "keeper": row.keeper_id, "broker": row.broker_id}
    facts: dict[str, Any] = {
        "reference": row.reference,
        "order": row.order_reference,
        "item": row.sku,
        "quantity": row.quantity,
        "place": centre(session, centre_id=row.centre_id).place.name,
        "act": act,
        "is_rest": row.handed > 0,
        "until": row.due_at,
        "path": f"/centre-sales/{row.id}",
    }
    told = {who: company_id for who in _TOLD.get(act, ()) if (company_id := whom[who]) is not None}
    there = accounts.get_companies(session, company_ids=set(told.values()))
    for who, company_id in told.items():
        if company_id in there:
            yield Letter(company_id, facts | {"side": who})


def _later(session: Session, sale_id: UUID, act: str, at: datetime) -> None:
    if act in _TOLD and is_fresh(at, clock.now()):
        args = {"id": str(new_id()), "news": News.CENTRE_SALE_MOVED.value, "sale": str(sale_id), "act": act}
        outbox.enqueue(session, JOB, args, now=at)
