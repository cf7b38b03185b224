"""The papers that an order begins with: its pro-forma and its sales contract."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy.orm import Session

from marketplace.orders.services.paper_facts import Agreement, agreement, agreements, all_goods, number
from marketplace.orders.services.placing import Written
from marketplace.papers.rules.documents import PaperKind
from marketplace.papers.rules.pro_forma import ProForma
from marketplace.papers.rules.sales_contract import SalesContract
from marketplace.papers.services import Paper
from marketplace.reference import queries as reference
from marketplace.reference.rules import Setting

_PERIODS: Final = (
    Setting.ACCEPTANCE_DAYS,
    Setting.ACCEPTANCE_FRESH_HOURS,
    Setting.HIDDEN_DEFECT_DAYS,
    Setting.LATE_CANCEL_WORKING_DAYS,
)


def at_placement(
    session: Session, *, placed: Sequence[Written], departures: Mapping[UUID, str], now: datetime
) -> list[Paper]:
    """Return pro-forma and sales contract of orders that were just placed; ``departures`` names each line's."""
    found = agreements(session, orders=[(one.order, one.lines) for one in placed])
    return [
        _paper(kind, agreed, paper)
        for agreed in found
        for kind, paper in (
            (PaperKind.PRO_FORMA, _pro_forma(agreed, departures, now)),
            (PaperKind.SALES_CONTRACT, _sales_contract(session, agreed, departures, now)),
        )
    ]


def amended(session: Session, *, order_id: UUID, departures: Mapping[UUID, str], now: datetime) -> Paper:
    """Return the sales contract of an order as it is agreed now: its next version, to be signed again."""
    agreed = agreement(session, order_id=order_id)
    return _paper(PaperKind.SALES_CONTRACT, agreed, _sales_contract(session, agreed, departures, now))


def _paper(kind: PaperKind, agreed: Agreement, paper: ProForma | SalesContract) -> Paper:
    return Paper(
        kind=kind,
        subject_kind="order",
        subject_id=agreed.order.id,
        number=paper.number,
        locales=agreed.locales,
        data=paper.to_data(),
        parties=agreed.parties,
    )


def _pro_forma(agreed: Agreement, departures: Mapping[UUID, str], now: datetime) -> ProForma:
    order = agreed.order
    ends = order.proforma_ends_at or order.confirm_by
    return ProForma(
        number=number("PF", order),
        issued_on=now.astimezone(agreed.zone).date(),
        valid_until=ends.astimezone(agreed.zone).date(),
        lines=all_goods(agreed.lines, departures),
        total=order.agreed_total,
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
        total=agreed.order.agreed_total,
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
