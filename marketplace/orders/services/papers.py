"""The papers that an order begins with: its pro-forma and its sales contract."""

from collections.abc import Mapping
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy.orm import Session

from marketplace.kernel.actor import Actor
from marketplace.orders.services.paper_facts import Agreement, agreement, all_goods, number
from marketplace.papers import services as papers
from marketplace.papers.rules.documents import PaperKind
from marketplace.papers.rules.pro_forma import ProForma
from marketplace.papers.rules.sales_contract import SalesContract
from marketplace.reference import queries as reference
from marketplace.reference.rules import Setting

_PERIODS: Final = (
    Setting.ACCEPTANCE_DAYS,
    Setting.ACCEPTANCE_FRESH_HOURS,
    Setting.HIDDEN_DEFECT_DAYS,
    Setting.LATE_CANCEL_WORKING_DAYS,
)


def issue_at_placement(
    session: Session, *, order_id: UUID, departures: Mapping[UUID, str], actor: Actor, now: datetime
) -> None:
    """Issue pro-forma and sales contract of an order to its two parties; ``departures`` names each line's."""
    agreed = agreement(session, order_id=order_id)
    for kind, paper in (
        (PaperKind.PRO_FORMA, _pro_forma(agreed, departures, now)),
        (PaperKind.SALES_CONTRACT, _sales_contract(session, agreed, departures, now)),
    ):
        papers.issue(
            session,
            kind=kind,
            subject_kind="order",
            subject_id=order_id,
            number=paper.number,
            locales=agreed.locales,
            data=paper.to_data(),
            parties=agreed.parties,
            actor=actor,
            now=now,
        )


def _pro_forma(agreed: Agreement, departures: Mapping[UUID, str], now: datetime) -> ProForma:
    order = agreed.order
    ends = order.proforma_ends_at or order.confirm_by
    return ProForma(
        number=number("PF", order),
        issued_on=now.astimezone(agreed.zone).date(),
        valid_until=ends.astimezone(agreed.zone).date(),
        lines=all_goods(agreed.lines, departures),
        total=order.total,
        stages=agreed.stages(),
        **agreed.common(),
    )


def _sales_contract(
    session: Session, agreed: Agreement, departures: Mapping[UUID, str], now: datetime
) -> SalesContract:
    acceptance_days, fresh_hours, hidden_days, late_days = reference.settings_of(session, *_PERIODS, at=now)
    return SalesContract(
        number=agreed.contract_number,
        issued_on=now.astimezone(agreed.zone).date(),
        lines=all_goods(agreed.lines, departures),
        total=agreed.order.total,
        stages=agreed.stages(),
        exporter=agreed.order.parties[agreed.order.exporter_id],
        notify=agreed.order.parties[agreed.order.notify_id],
        costs=agreed.order.costs,
        acceptance_days=acceptance_days,
        fresh_hours=fresh_hours,
        hidden_days=hidden_days,
        late_days=late_days,
        **agreed.common(),
    )
