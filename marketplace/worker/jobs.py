"""Every job there is: its name, its handler, and how often the clock asks for it.

A handler gets the job's ids, opens its own units of work, and can be run twice: a runner may die after the effect
and before its note.
"""

from collections.abc import Callable
from typing import Any, Final
from uuid import UUID

from flask import current_app

from marketplace.accounts.services import erasure, sessions, sign_in, throttle
from marketplace.audit import flows as audit
from marketplace.catalog.imports import gallery
from marketplace.catalog.imports import services as importing
from marketplace.checkout.services import reacting
from marketplace.files import flows as files
from marketplace.kernel import clock
from marketplace.kernel.db import unit_of_work
from marketplace.logistics.floor.services import plans as floor_plans
from marketplace.logistics.tracing.services import hooks as tracking_hooks
from marketplace.mail import flows as mail
from marketplace.mail import services as messages
from marketplace.merchants.services import payees, requirements, screening
from marketplace.moderation.services import likeness, weighing
from marketplace.notices import flows as notices
from marketplace.notices.services import passing, writing
from marketplace.outbox import services as outbox
from marketplace.papers import flows as papers
from marketplace.papers import services as documents
from marketplace.payments.flows import payouts
from marketplace.payments.rules import remitting
from marketplace.payments.services import allowances, card_returns, dispute_parts, holding
from marketplace.reference.rules import Setting
from marketplace.search import services as finding
from marketplace.worker import goods, lorries, money, trading

Handler = Callable[[dict[str, Any]], None]


def send_message(args: dict[str, Any]) -> None:
    """Render a message and hand it to its channel."""
    extensions = current_app.extensions
    mail.deliver(UUID(args["message"]), extensions["city.render"], outlets=extensions["city.outlets"])


def erase_letters(args: dict[str, Any]) -> None:
    """Delete the files of messages whose reader was erased."""
    mail.forget([UUID(message) for message in args["messages"]], outlets=current_app.extensions["city.outlets"])


def erase_bytes(args: dict[str, Any]) -> None:
    """Delete the bytes of files of an erased person, where nobody else handed in the same."""
    files.forget(hashes=args["hashes"], store=current_app.extensions["city.store"])


def tell(args: dict[str, Any]) -> None:
    """Write to those who have to do with what happened."""
    with unit_of_work() as session:
        writing.tell(session, job=args, now=clock.now())


def render_document(args: dict[str, Any]) -> None:
    """Set an issued document and keep its bytes."""
    extensions = current_app.extensions
    papers.render(
        document_id=UUID(args["document"]),
        site=extensions["city.settings"].site_name,
        store=extensions["city.store"],
        now=clock.now(),
    )


def send_week_letters(_args: dict[str, Any]) -> None:
    """Send the week to those for whom it is time."""
    notices.send_week_letters(now=clock.now())


def expire_messages(_args: dict[str, Any]) -> None:
    """Give up the messages that could not be sent for a day."""
    with unit_of_work() as session:
        messages.expire(session, now=clock.now())


def seal_audit(_args: dict[str, Any]) -> None:
    """Chain the audit rows that are not sealed yet."""
    audit.seal_rows(now=clock.now())


def sweep_logins(_args: dict[str, Any]) -> None:
    """Delete one-time codes and failure counters that are over."""
    with unit_of_work() as session:
        sign_in.sweep_codes(session, now=clock.now())
        throttle.sweep(session, now=clock.now())
        sessions.sweep(session, now=clock.now())


def prune_jobs(_args: dict[str, Any]) -> None:
    """Delete jobs that were done long ago."""
    with unit_of_work() as session:
        outbox.prune(session, now=clock.now())


PLAN: Final = "plan_lorries"
JOBS: Final[dict[str, Handler]] = {
    messages.JOB: send_message,
    messages.ERASING: erase_letters,
    erasure.BYTES_JOB: erase_bytes,
    passing.JOB: tell,
    documents.JOB: render_document,
    tracking_hooks.JOB: lorries.deliver_tracking,
    finding.JOB: goods.index_listings,
    finding.REBUILD: goods.rebuild_index,
    floor_plans.JOB: lorries.pack_floor,
    importing.JOB: goods.import_sheet,
    gallery.JOB: goods.import_pictures,
    payees.ACTIVATE_JOB: money.activate_payees,
    holding.GIVE_BACK: money.give_back_card,
    allowances.REFUND: money.refund_allowance,
    card_returns.SEND: money.send_card_return,
    dispute_parts.RESUME: money.resume_refunds,
    remitting.SEND: money.send_transfers,
    "watch_provider": money.watch_provider,
    "reconcile_bookings": money.reconcile_bookings,
    payouts.GATHER: money.gather_payouts,
    payouts.SEND: money.send_payouts,
    reacting.JOB: trading.finish_checkout,
    "finish_checkouts": trading.finish_checkouts,
    "cancel_unconfirmed_orders": trading.cancel_unconfirmed_orders,
    "receive_by_default": lorries.receive_by_default,
    "plan_costs": lorries.plan_costs,
    "accept_by_silence": trading.accept_by_silence,
    "lapse_claims": trading.lapse_claims,
    "expire_changes": trading.expire_changes,
    "bind_changes": trading.bind_changes,
    "lapse_inspections": trading.lapse_inspections,
    "lapse_samples": trading.lapse_samples,
    "ask_for_ready_dates": trading.ask_for_ready_dates,
    "close_lines": trading.close_lines,
    "escalate_reviews": goods.escalate_reviews,
    likeness.JOB: goods.compare_listings,
    weighing.JOB: goods.weigh_cases,
    "escalate_visitors": goods.escalate_visitors,
    "remind_of_questions": goods.remind_of_questions,
    "close_registrations": goods.close_registrations,
    "watch_requirements": goods.watch_requirements,
    "watch_goods_papers": goods.watch_goods_papers,
    requirements.REQUALIFY: goods.requalify_companies,
    "lapse_price_requests": trading.lapse_price_requests,
    "lapse_approvals": trading.lapse_approvals,
    screening.GOODS_JOB: goods.screen_goods,
    screening.JOB: goods.screen_everybody,
    "send_week_letters": send_week_letters,
    "expire_messages": expire_messages,
    "expire_bookings": lorries.expire_bookings,
    "keep_timetable": lorries.keep_timetable,
    "roll_timetable": lorries.roll_timetable,
    PLAN: lorries.plan_lorries,
    "watch_fleet_papers": lorries.watch_fleet_papers,
    "watch_bonds": lorries.watch_bonds,
    "watch_centre_sales": lorries.watch_centre_sales,
    "deliver_double_events": money.deliver_double_events,
    "lapse_payments": money.lapse_payments,
    "reconcile_cards": money.reconcile_cards,
    "expire_stock_holds": goods.expire_stock_holds,
    "seal_audit": seal_audit,
    "issue_statements": trading.issue_statements,
    "remind_of_invoices": trading.remind_of_invoices,
    "prune_jobs": prune_jobs,
    "sweep_logins": sweep_logins,
}

# Nobody sits and waits for these: others overtake them on the queue.
PATIENT: Final = frozenset(
    {
        screening.JOB,
        screening.GOODS_JOB,
        documents.JOB,
        finding.JOB,
        finding.REBUILD,
        likeness.JOB,
        weighing.JOB,
        messages.ERASING,
        erasure.BYTES_JOB,
        gallery.JOB,
        floor_plans.JOB,
        PLAN,
        tracking_hooks.JOB,
    }
)

# Name and seconds, or the setting that says how many days. Jobs are asked for once per period and city, and not while
# the one before is unfinished.
PERIODIC: Final[tuple[tuple[str, int | Setting], ...]] = (
    ("expire_bookings", 30),
    ("keep_timetable", 60),
    ("roll_timetable", 6 * 3600),
    (PLAN, 900),
    ("watch_fleet_papers", 6 * 3600),
    ("watch_bonds", 6 * 3600),
    ("watch_centre_sales", 3600),
    ("seal_audit", 30),
    ("deliver_double_events", 5),
    ("reconcile_cards", 60),
    ("lapse_payments", 60),
    ("finish_checkouts", 15),
    ("cancel_unconfirmed_orders", 60),
    ("receive_by_default", 60),
    ("plan_costs", 300),
    ("accept_by_silence", 60),
    ("lapse_claims", 60),
    ("expire_changes", 60),
    ("bind_changes", 60),
    ("lapse_inspections", 60),
    ("lapse_samples", 60),
    ("ask_for_ready_dates", 900),
    ("escalate_reviews", 60),
    (likeness.JOB, 3600),
    ("escalate_visitors", 60),
    ("remind_of_questions", 60),
    ("close_registrations", 60),
    ("close_lines", 21_600),
    ("watch_requirements", 6 * 3600),
    ("watch_goods_papers", 6 * 3600),
    ("expire_stock_holds", 60),
    ("lapse_price_requests", 300),
    ("lapse_approvals", 60),
    (payees.ACTIVATE_JOB, 300),
    (payouts.GATHER, Setting.PAYOUT_DAYS),
    (payouts.SEND, 300),
    (remitting.SEND, 300),
    ("watch_provider", 3600),
    ("reconcile_bookings", 24 * 3600),
    ("issue_statements", 6 * 3600),
    ("remind_of_invoices", 6 * 3600),
    ("send_week_letters", 300),
    ("expire_messages", 3600),
    ("prune_jobs", 6 * 3600),
    ("sweep_logins", 3600),
)
