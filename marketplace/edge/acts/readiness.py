"""How sure days of readiness are: to both sides of an order, and to whoever runs the lorries."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy.orm import Session

from marketplace.accounts import queries as accounts
from marketplace.distribution.services import readying
from marketplace.distribution.services.readying import Proposals
from marketplace.edge.identity import require_actor
from marketplace.kernel import clock
from marketplace.kernel.db import reading
from marketplace.kernel.errors import NotFound
from marketplace.kernel.pages import Page
from marketplace.orders.queries import lines, orders
from marketplace.orders.queries.lines import LineRow
from marketplace.orders.queries.orders import OrderRow
from marketplace.orders.readiness import queries
from marketplace.orders.readiness.queries import ReadinessRow, RiskRow
from marketplace.orders.readiness.services import asking


@dataclass(frozen=True, slots=True)
class DaySeen:
    """The day of one line as one side of its order sees it."""

    order: OrderRow
    line: LineRow
    row: ReadinessRow
    side: str

    @property
    def may_answer(self) -> bool:
        """Whether the reader may name, move or confirm the day now."""
        return self.side == "merchant" and self.order.ended_at is None and self.line.state in queries.MAKING


def look(line_id: UUID) -> DaySeen:
    """Return the day of a line made to order that the asker's company buys or makes; NotFound for any other."""
    session, company_id = reading(), require_actor().company
    order_id = lines.orders_of_lines(session, line_ids=[line_id]).get(line_id)
    if order_id is None:
        raise NotFound("order_line")
    try:
        order = orders.order(session, company_id=company_id, order_id=order_id)
    except NotFound:
        raise NotFound("order_line") from None
    country = accounts.get_company(session, company_id=order.merchant_id).country
    found = queries.readiness(session, line_ids=[line_id], country=country, secured_at=order.secured_at)
    if line_id not in found:
        raise NotFound("order_line")
    line = next(row for row in lines.lines_for(session, order=order) if row.id == line_id)
    return DaySeen(order, line, found[line_id], order.side_of(company_id))


def proposals(line_id: UUID, ready_date: date) -> Proposals:
    """Return what another day means for the lorry of a line that the asker's company makes; NotFound for others."""
    if look(line_id).side != "merchant":
        raise NotFound("order_line")
    return readying.proposals(reading(), line_id=line_id, ready_date=ready_date, now=clock.now())


def stand(session: Session, line_id: UUID) -> None:
    """Confirm that a line's day stands."""
    asking.stand(session, line_id=line_id, actor=require_actor(), now=clock.now())


def at_risk(cursor: str | None) -> Page[RiskRow]:
    """Return a page of the lines whose merchants did not say whether their day stands."""
    return queries.at_risk(reading(), cursor=cursor)


def waiting(session: Session) -> int:
    """Count the lines on the first page of those at risk."""
    return len(queries.at_risk(session).items)


def merchants_of(rows: Page[RiskRow]) -> dict[UUID, str]:
    """Return the names of the merchants of these lines."""
    found = accounts.get_companies(reading(), company_ids={row.merchant_id for row in rows.items})
    return {row.id: row.name for row in found.values()}
