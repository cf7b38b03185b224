"""The jobs about orders: checkouts that wait, and what nobody answered, counted or decided in time."""

from typing import Any
from uuid import UUID

from marketplace.approvals import flows as approvals
from marketplace.catalog.customer_prices import flows as prices
from marketplace.checkout.flows import sweeping
from marketplace.kernel import clock
from marketplace.kernel.db import in_unit_of_work
from marketplace.orders import flows as orders
from marketplace.orders.invoices import services as invoices
from marketplace.reports.statements import flows as statements


def finish_checkout(args: dict[str, Any]) -> None:
    """Place the orders of a checkout whose charges are all authorised now."""
    sweeping.finish(attempt_id=UUID(args["attempt"]), now=clock.now())


def finish_checkouts(_args: dict[str, Any]) -> None:
    """Finish or give up the checkouts that a crash or a buyer left behind."""
    sweeping.finish_checkouts(now=clock.now())


def cancel_unconfirmed_orders(_args: dict[str, Any]) -> None:
    """Cancel the orders that their merchants did not confirm in time."""
    orders.cancel_unconfirmed_orders(now=clock.now())


def accept_by_silence(_args: dict[str, Any]) -> None:
    """Accept what buyers neither accepted nor claimed in time."""
    orders.accept_by_silence(now=clock.now())


def close_lines(_args: dict[str, Any]) -> None:
    """Close what is accepted, paid and past the time for hidden defects."""
    orders.close_lines(now=clock.now())


def lapse_claims(_args: dict[str, Any]) -> None:
    """Give claims whose deadline passed its outcome."""
    orders.lapse_claims(now=clock.now())


def expire_changes(_args: dict[str, Any]) -> None:
    """End changes of orders that nobody answered in time."""
    orders.expire_changes(now=clock.now())


def bind_changes(_args: dict[str, Any]) -> None:
    """Let accounts be paid into that were agreed for placed orders and whose wait is over."""
    orders.bind_changes(now=clock.now())


def lapse_inspections(_args: dict[str, Any]) -> None:
    """Move inspections on whose time is over."""
    orders.lapse_inspections(now=clock.now())


def ask_for_ready_dates(_args: dict[str, Any]) -> None:
    """Ask merchants whether days of readiness stand."""
    orders.ask_for_ready_dates(now=clock.now())


def lapse_samples(_args: dict[str, Any]) -> None:
    """Let samples go on whose time is over."""
    orders.lapse_samples(now=clock.now())


def lapse_price_requests(_args: dict[str, Any]) -> None:
    """End requests for prices that merchants let wait too long."""
    prices.lapse(now=clock.now())


def lapse_approvals(_args: dict[str, Any]) -> None:
    """Remind of requests for approval, and end those that nobody decided or used in time."""
    approvals.lapse(now=clock.now())


def remind_of_invoices(_args: dict[str, Any]) -> None:
    """Tell sellers of goods that wait too long for their official invoice."""
    in_unit_of_work(lambda session: invoices.remind(session, now=clock.now()))


def issue_statements(_args: dict[str, Any]) -> None:
    """State the accounts of last month that are not stated yet."""
    statements.issue_due(now=clock.now())
