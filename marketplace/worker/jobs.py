"""Every job there is: its name, its handler, and how often the clock asks for it.

A handler gets the job's ids, opens its own units of work, and can be run twice: a runner may die after the effect
and before its note.
"""

from collections.abc import Callable
from typing import Any, Final
from uuid import UUID

from flask import current_app

from marketplace.accounts.services import erasure, sessions, sign_in, throttle
from marketplace.approvals import flows as approvals
from marketplace.audit import flows as audit
from marketplace.catalog import flows as catalog
from marketplace.catalog.customer_prices import flows as prices
from marketplace.catalog.imports import flows as imports
from marketplace.catalog.imports import gallery, gallery_flows
from marketplace.catalog.imports import services as importing
from marketplace.checkout.flows import sweeping
from marketplace.checkout.services import reacting
from marketplace.distribution import flows as distribution
from marketplace.distribution.costs import flows as costs
from marketplace.edge.acts.imports import called, explain
from marketplace.exchange.flows import enquiries, fairs, leads, questions, storefronts
from marketplace.files import flows as files
from marketplace.files.fetching import Fetcher
from marketplace.kernel import clock
from marketplace.kernel.db import in_unit_of_work, unit_of_work
from marketplace.logistics import flows as lorries
from marketplace.logistics.centres import flows as centres
from marketplace.logistics.fleet import flows as fleets
from marketplace.logistics.floor import flows as floors
from marketplace.logistics.floor.services import plans as floor_plans
from marketplace.logistics.planning import flows as plans
from marketplace.logistics.services import timetable
from marketplace.logistics.tracing import flows as tracing
from marketplace.logistics.tracing.posting import Poster
from marketplace.logistics.tracing.services import hooks as tracking_hooks
from marketplace.mail import flows as mail
from marketplace.mail import services as messages
from marketplace.merchants import flows as applications
from marketplace.merchants.rules.requirements import Kind
from marketplace.merchants.services import payees, requirements, screening
from marketplace.moderation import flows as moderation
from marketplace.moderation.services import likeness, weighing
from marketplace.notices import flows as notices
from marketplace.notices.services import hearing, writing
from marketplace.orders import flows as orders
from marketplace.orders.invoices import services as invoices
from marketplace.outbox import services as outbox
from marketplace.papers import flows as papers
from marketplace.papers import services as documents
from marketplace.payments.flows import payouts
from marketplace.payments.rules import remitting
from marketplace.payments.services import allowances, card_returns, dispute_parts, holding
from marketplace.reference.rules import Setting
from marketplace.reports.statements import flows as statements
from marketplace.search import flows as search
from marketplace.search import services as finding
from marketplace.worker import money

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


def index_listings(_args: dict[str, Any]) -> None:
    """Bring what changed into the search index."""
    search.index_changes(index=current_app.extensions["city.search"], now=clock.now())


def rebuild_index(_args: dict[str, Any]) -> None:
    """Write the search index anew."""
    search.rebuild(index=current_app.extensions["city.search"], now=clock.now())


def import_sheet(args: dict[str, Any]) -> None:
    """Read a merchant's workbook and write its good rows."""
    imports.run(UUID(args["import"]), store=current_app.extensions["city.store"], explain=explain, called=called)


def import_pictures(args: dict[str, Any]) -> None:
    """Take in the pictures that a merchant's import named."""
    gallery_flows.run(UUID(args["import"]), store=current_app.extensions["city.store"], fetcher=Fetcher())


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


def expire_stock_holds(_args: dict[str, Any]) -> None:
    """Give back stock whose claim is over; whoever wants it meanwhile takes it without waiting for this."""
    catalog.expire_holds(now=clock.now())


def expire_bookings(_args: dict[str, Any]) -> None:
    """Give back room on lorries whose claim is over; whoever wants it meanwhile takes it without waiting for this."""
    lorries.expire_holds(now=clock.now())


def keep_timetable(_args: dict[str, Any]) -> None:
    """Close departures at their cut-off and settle those whose cargo is delivered."""
    lorries.close_due(now=clock.now())
    lorries.settle_due(now=clock.now())


def watch_fleet_papers(_args: dict[str, Any]) -> None:
    """Tell carriers of papers of vehicles and drivers that end soon."""
    fleets.watch(now=clock.now())


def watch_bonds(_args: dict[str, Any]) -> None:
    """Tell owners of goods that must leave bond soon."""
    centres.watch(now=clock.now())


def roll_timetable(_args: dict[str, Any]) -> None:
    """Make the departures of the coming weeks."""
    with unit_of_work() as session:
        timetable.roll(session, now=clock.now())


def pack_floor(args: dict[str, Any]) -> None:
    """Draw the floor plan of a lorry."""
    floors.pack(UUID(args["plan"]))


def plan_lorries(_args: dict[str, Any]) -> None:
    """Plan anew what rides on which departure where something changed since."""
    plans.plan_due(now=clock.now())


def finish_checkout(args: dict[str, Any]) -> None:
    """Place the orders of a checkout whose charges are all authorised now."""
    sweeping.finish(attempt_id=UUID(args["attempt"]), now=clock.now())


def finish_checkouts(_args: dict[str, Any]) -> None:
    """Finish or give up the checkouts that a crash or a buyer left behind."""
    sweeping.finish_checkouts(now=clock.now())


def cancel_unconfirmed_orders(_args: dict[str, Any]) -> None:
    """Cancel the orders that their merchants did not confirm in time."""
    orders.cancel_unconfirmed_orders(now=clock.now())


def receive_by_default(_args: dict[str, Any]) -> None:
    """Count as received what arrived and nobody counted in time."""
    distribution.receive_by_default(now=clock.now())


def plan_costs(_args: dict[str, Any]) -> None:
    """Plan what departures cost that take no more bookings, and match the invoices that waited for it."""
    costs.plan_due(now=clock.now())


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


def escalate_reviews(_args: dict[str, Any]) -> None:
    """Tell of applications, listings and storefronts that wait longer for a review than was promised."""
    applications.escalate(now=clock.now())
    moderation.escalate(now=clock.now())
    storefronts.escalate(now=clock.now())


def compare_listings(args: dict[str, Any]) -> None:
    """Find what listings are like; those named, else all that changed since they were compared."""
    store = current_app.extensions["city.store"]
    if "listings" in args:
        moderation.compare([UUID(listing) for listing in args["listings"]], store=store, now=clock.now())
    else:
        moderation.compare_outdated(store=store, now=clock.now())


def weigh_cases(args: dict[str, Any]) -> None:
    """Weigh the cases of a company by what was decided since."""
    moderation.weigh_company(UUID(args["company"]), now=clock.now())


def escalate_visitors(_args: dict[str, Any]) -> None:
    """Tell of visitors of booths, and of enquiries, that nobody answered in time."""
    leads.escalate(now=clock.now())
    enquiries.escalate(now=clock.now())


def remind_of_questions(_args: dict[str, Any]) -> None:
    """Remind merchants of questions that nobody answered in time."""
    questions.remind(now=clock.now())


def close_registrations(_args: dict[str, Any]) -> None:
    """Close the registration of fairs whose time to register is over."""
    fairs.close_due(now=clock.now())


def screen_goods(_args: dict[str, Any]) -> None:
    """Compare all goods with the lists there are."""
    catalog.screen_goods(now=clock.now())


def watch_goods_papers(_args: dict[str, Any]) -> None:
    """Tell merchants of certificates and licences of brands that end."""
    catalog.watch_papers(now=clock.now())


def watch_requirements(_args: dict[str, Any]) -> None:
    """Tell companies, and who reviews, of papers and waivers that end, and of levels lost by it."""
    applications.watch(now=clock.now())


def requalify_companies(args: dict[str, Any]) -> None:
    """Work out levels of buyers or admissions of partners of a country anew."""
    applications.requalify(kind=Kind(args["kind"]), country=args["country"], now=clock.now())


def lapse_price_requests(_args: dict[str, Any]) -> None:
    """End requests for prices that merchants let wait too long."""
    prices.lapse(now=clock.now())


def lapse_approvals(_args: dict[str, Any]) -> None:
    """Remind of requests for approval, and end those that nobody decided or used in time."""
    approvals.lapse(now=clock.now())


def screen_everybody(_args: dict[str, Any]) -> None:
    """Compare everybody with a list that came in."""
    applications.screen_everybody(now=clock.now())


def deliver_tracking(args: dict[str, Any]) -> None:
    """Send an event of the journey to an address of a company."""
    extensions = current_app.extensions
    poster = Poster(inside=not extensions["city.settings"].is_production)
    tracing.deliver(UUID(args["delivery"]), poster=poster, vault=extensions["city.vault"])


def prune_jobs(_args: dict[str, Any]) -> None:
    """Delete jobs that were done long ago."""
    with unit_of_work() as session:
        outbox.prune(session, now=clock.now())


def remind_of_invoices(_args: dict[str, Any]) -> None:
    """Tell sellers of goods that wait too long for their official invoice."""
    in_unit_of_work(lambda session: invoices.remind(session, now=clock.now()))


def issue_statements(_args: dict[str, Any]) -> None:
    """State the accounts of last month that are not stated yet."""
    statements.issue_due(now=clock.now())


PLAN: Final = "plan_lorries"
JOBS: Final[dict[str, Handler]] = {
    messages.JOB: send_message,
    messages.ERASING: erase_letters,
    erasure.BYTES_JOB: erase_bytes,
    hearing.JOB: tell,
    documents.JOB: render_document,
    tracking_hooks.JOB: deliver_tracking,
    finding.JOB: index_listings,
    finding.REBUILD: rebuild_index,
    floor_plans.JOB: pack_floor,
    importing.JOB: import_sheet,
    gallery.JOB: import_pictures,
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
    reacting.JOB: finish_checkout,
    "finish_checkouts": finish_checkouts,
    "cancel_unconfirmed_orders": cancel_unconfirmed_orders,
    "receive_by_default": receive_by_default,
    "plan_costs": plan_costs,
    "accept_by_silence": accept_by_silence,
    "lapse_claims": lapse_claims,
    "expire_changes": expire_changes,
    "bind_changes": bind_changes,
    "lapse_inspections": lapse_inspections,
    "lapse_samples": lapse_samples,
    "ask_for_ready_dates": ask_for_ready_dates,
    "close_lines": close_lines,
    "escalate_reviews": escalate_reviews,
    likeness.JOB: compare_listings,
    weighing.JOB: weigh_cases,
    "escalate_visitors": escalate_visitors,
    "remind_of_questions": remind_of_questions,
    "close_registrations": close_registrations,
    "watch_requirements": watch_requirements,
    "watch_goods_papers": watch_goods_papers,
    requirements.REQUALIFY: requalify_companies,
    "lapse_price_requests": lapse_price_requests,
    "lapse_approvals": lapse_approvals,
    screening.GOODS_JOB: screen_goods,
    screening.JOB: screen_everybody,
    "send_week_letters": send_week_letters,
    "expire_messages": expire_messages,
    "expire_bookings": expire_bookings,
    "keep_timetable": keep_timetable,
    "roll_timetable": roll_timetable,
    PLAN: plan_lorries,
    "watch_fleet_papers": watch_fleet_papers,
    "watch_bonds": watch_bonds,
    "deliver_double_events": money.deliver_double_events,
    "lapse_payments": money.lapse_payments,
    "reconcile_cards": money.reconcile_cards,
    "expire_stock_holds": expire_stock_holds,
    "seal_audit": seal_audit,
    "issue_statements": issue_statements,
    "remind_of_invoices": remind_of_invoices,
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
