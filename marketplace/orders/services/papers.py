"""The papers that an order begins with: its pro-forma and its sales contract."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Literal
from uuid import UUID

from sqlalchemy.orm import Session

from marketplace.orders.queries.lines import LineRow
from marketplace.orders.queries.windows import windows_of_line
from marketplace.orders.rules.classes import WINDOW_SETTINGS, CommodityClass, Windows, windows_of
from marketplace.orders.services.paper_facts import (
    Agreement,
    agreement,
    agreements,
    all_goods,
    bought,
    number,
    purchases_of,
)
from marketplace.orders.services.placing import Written
from marketplace.papers.rules.documents import PaperKind
from marketplace.papers.rules.pro_forma import ProForma
from marketplace.papers.rules.promised import Promise
from marketplace.papers.rules.sales_contract import SalesContract
from marketplace.papers.services import Paper
from marketplace.payments.queries.payments import PlanRow
from marketplace.payments.rules.terms import Rail, Subject
from marketplace.reference import queries as reference
from marketplace.reference.rules import Setting


def at_placement(
    session: Session,
    *,
    placed: Sequence[Written],
    opened: Mapping[Subject, PlanRow],
    departures: Mapping[UUID, str],
    now: datetime,
) -> list[Paper]:
    """Return pro-forma and sales contract of orders that were just placed; ``departures`` names each line's.

    Of the plans in ``opened`` nothing is due; others are read.
    """
    orders = [(one.order, one.lines) for one in placed]
    found = (
        *agreements(session, orders=orders, opened=opened),
        *purchases_of(session, orders=orders, opened=opened),
    )
    return [
        _paper(kind, agreed, paper)
        for agreed in found
        for kind, paper in (
            (PaperKind.PRO_FORMA, _pro_forma(agreed, departures, now)),
            (PaperKind.SALES_CONTRACT, _sales_contract(session, agreed, departures, now)),
        )
    ]


def amended(
    session: Session,
    *,
    order_id: UUID,
    departures: Mapping[UUID, str],
    only: Literal["sale", "purchase"] | None = None,
    now: datetime,
) -> list[Paper]:
    """Return the sales contract of an order as it is agreed now: its next version, to be signed again.

    Where the trading company sells, its purchase has another of its own; ``only`` says which of the two is another now.
    """
    return [
        _paper(PaperKind.SALES_CONTRACT, agreed, _sales_contract(session, agreed, departures, now))
        for agreed in _agreed(session, order_id, only)
    ]


def asked_anew(
    session: Session,
    *,
    order_id: UUID,
    departures: Mapping[UUID, str],
    only: Literal["sale", "purchase"] | None = None,
    now: datetime,
) -> list[Paper]:
    """Return the pro-forma of an order as it is agreed and paid now, while a deposit waits: its own, or of more goods.

    Nothing once all deposits have come, and where none was agreed; ``only`` as for the sales contract.
    """
    return [
        _paper(PaperKind.PRO_FORMA, agreed, _pro_forma(agreed, departures, now))
        for agreed in _agreed(session, order_id, only)
        if agreed.order.rail is Rail.BANK and _awaits_deposit(agreed)
    ]


def _agreed(session: Session, order_id: UUID, only: Literal["sale", "purchase"] | None) -> list[Agreement]:
    sale = agreement(session, order_id=order_id)
    purchase = bought(session, order_id=order_id) if sale.order.is_resold and only != "sale" else None
    found = (None if only == "purchase" else sale, purchase)
    return [agreed for agreed in found if agreed is not None]


def _awaits_deposit(agreed: Agreement) -> bool:
    """Tell whether a deposit is still to come: the order's own, or that of goods that were added to it."""
    order = agreed.order
    owes_first = order.proforma_ends_at is not None and order.secured_at is None
    return owes_first or bool(agreed.deposits_due)


def _paper(kind: PaperKind, agreed: Agreement, paper: ProForma | SalesContract) -> Paper:
    purchase = agreed.order.purchase
    return Paper(
        kind=kind,
        subject_kind="purchase" if purchase else "order",
        subject_id=purchase.id if purchase else agreed.order.id,
        number=paper.number,
        locales=agreed.locales,
        data=paper.to_data(),
        parties=agreed.parties,
    )


def _pro_forma(agreed: Agreement, departures: Mapping[UUID, str], now: datetime) -> ProForma:
    order = agreed.order
    # What is asked for goods that were added is to be paid by a day of its own.
    due = [row.due_at for row in agreed.deposits_due if row.due_at] if order.secured_at else []
    ends = max(due, default=order.proforma_ends_at or order.confirm_by)
    return ProForma(
        number=number("PF", order),
        issued_on=now.astimezone(agreed.zone).date(),
        valid_until=ends.astimezone(agreed.zone).date(),
        lines=all_goods(agreed.lines, departures),
        total=order.agreed_total,
        stages=agreed.stages(opens=True),
        extras=agreed.extras(),
        **agreed.common(),
    )


def _sales_contract(
    session: Session, agreed: Agreement, departures: Mapping[UUID, str], now: datetime
) -> SalesContract:
    promises = tuple(_promise(session, line, now) for line in agreed.lines if line.units and not line.replaces_id)
    return SalesContract(
        number=agreed.contract_number,
        issued_on=now.astimezone(agreed.zone).date(),
        lines=all_goods(agreed.lines, departures),
        total=agreed.order.agreed_total,
        stages=agreed.stages(),
        exporter=agreed.order.parties[agreed.order.exporter_id],
        notify=agreed.order.parties[agreed.order.notify_id],
        costs=agreed.order.costs,
        promises=promises,
        late_days=reference.setting(session, Setting.LATE_CANCEL_WORKING_DAYS, at=now),
        extras=agreed.extras(),
        conforms_to=agreed.conformities(),
        **agreed.common(),
    )


def of_classes(session: Session, *, at: datetime) -> tuple[Promise, ...]:
    """Return what contracts of a day promise of each class of goods, whatever the line."""
    values = dict(zip(WINDOW_SETTINGS, reference.settings_of(session, *WINDOW_SETTINGS, at=at), strict=True))
    return tuple(_windows(windows_of(commodity, values), 0) for commodity in CommodityClass)


def _promise(session: Session, line: LineRow, now: datetime) -> Promise:
    """Return what a contract says of a line beside its price: how long its buyer has, and how its merchant answers."""
    warranty, kept_at = line.warranty, line.kept_at
    return replace(
        _windows(windows_of_line(session, line=line, at=now), line.position),
        kept_at=kept_at.words if kept_at else "",
        months=warranty.months if warranty else None,
        kilometres=warranty.kilometres if warranty else None,
        covers=warranty.texts if warranty else {},
    )


def _windows(windows: Windows, position: int) -> Promise:
    return Promise(
        position=position,
        commodity=str(windows.commodity),
        hours=windows.hours,
        days=windows.days,
        hidden_days=windows.hidden_days,
        late_day_bp=windows.late_day_bp,
        late_most_bp=windows.late_most_bp,
    )
