"""The operator's desk, the style guide, and the messages a demo city would have sent."""

from collections.abc import Callable
from datetime import datetime
from typing import Any, Final, NamedTuple

from flask import abort, current_app, render_template, url_for
from flask_babel import lazy_gettext as _
from sqlalchemy.orm import Session

from marketplace.accounts.rules.permissions import Permission
from marketplace.config import Settings
from marketplace.distribution import queries as distribution
from marketplace.distribution.centre_sales import queries as centre_sales
from marketplace.distribution.onward import queries as rides
from marketplace.edge.acts import readiness
from marketplace.edge.acts.clocks import house_clock
from marketplace.edge.identity import require_actor
from marketplace.edge.permissions import requires
from marketplace.exchange.queries import enquiries, storefronts
from marketplace.kernel import clock
from marketplace.kernel.db import reading
from marketplace.logistics.borders.queries import crossings as borders
from marketplace.logistics.road.queries import cooling, movements
from marketplace.mail.channels import EmlFolder
from marketplace.merchants import queries as merchants
from marketplace.merchants.queries import watching
from marketplace.moderation import queries as moderation
from marketplace.orders.claims import queries as claims
from marketplace.outbox import queries as outbox
from marketplace.papers import queries as papers
from marketplace.payments.queries import house_bank, payouts, trading, waits
from marketplace.reports.queries import desks
from marketplace.reports.reconciliation import queries as reconciliation
from marketplace.web.operator.blueprint import pages
from marketplace.web.operator.samples import sample


class _Queue(NamedTuple):
    """A page of the operator, who may see it, and how much waits there where that can be counted.

    ``timed`` also says by when the first of it is to be done, where silence does harm.
    """

    label: Any
    endpoint: str
    permission: Permission
    waiting: Callable[[Session], int] | None = None
    timed: Callable[[Session], tuple[int, datetime | None]] | None = None


_QUEUES: Final = (
    _Queue(_("Applications to sell"), "merchants.queue", Permission.OPERATOR_MERCHANT_REVIEW, merchants.waiting),
    _Queue(
        _("Papers to look at"),
        "merchants.board",
        Permission.OPERATOR_MERCHANT_REVIEW,
        lambda session: watching.count_watched(session, today=clock.now().date()),
    ),
    _Queue(_("Listings to review"), "moderation.queue", Permission.OPERATOR_LISTING_MODERATE, moderation.waiting),
    _Queue(
        _("Storefronts to look at"),
        "showroom.storefronts",
        Permission.OPERATOR_LISTING_MODERATE,
        storefronts.waiting,
    ),
    _Queue(_("Enquiries"), "showroom.enquiries", Permission.OPERATOR_SHOWROOM_RUN, enquiries.waiting),
    _Queue(_("Halls and booths"), "showroom.run_halls", Permission.OPERATOR_SHOWROOM_RUN),
    _Queue(_("Run events"), "showroom.run_fairs", Permission.OPERATOR_SHOWROOM_RUN),
    _Queue(_("Claims to decide"), "claims.many", Permission.OPERATOR_CLAIM_DECIDE, claims.escalated),
    _Queue(
        _("Inspections to make"),
        "inspections.many",
        Permission.PARTNER_INSPECTION_REPORT,
        lambda session: desks.inspections_to_make(session, company_id=require_actor().company),
    ),
    _Queue(_("Running departures"), "operations.departures", Permission.LOGISTICS_DEPARTURE_OPERATE),
    _Queue(_("Ready dates at risk"), "readiness.at_risk", Permission.LOGISTICS_DEPARTURE_OPERATE, readiness.waiting),
    _Queue(_("Corridor statistics"), "statistics.figures", Permission.LOGISTICS_DEPARTURE_OPERATE),
    _Queue(_("Vehicles and drivers"), "fleet.everything", Permission.LOGISTICS_DEPARTURE_OPERATE),
    _Queue(_("Rotations"), "fleet.rotations", Permission.LOGISTICS_DEPARTURE_OPERATE),
    _Queue(
        _("Lines and borders"),
        "operator.network",
        Permission.OPERATOR_NETWORK_EDIT,
        lambda session: borders.waiting(session, now=clock.now()),
    ),
    _Queue(
        _("Lines without a lorry"),
        "operations.unbooked",
        Permission.LOGISTICS_DEPARTURE_OPERATE,
        distribution.waiting,
    ),
    _Queue(
        _("Goods that change lorry"),
        "operations.riding",
        Permission.LOGISTICS_DEPARTURE_OPERATE,
        rides.waiting,
    ),
    _Queue(
        _("Transit not discharged"),
        "road.overdue",
        Permission.LOGISTICS_DEPARTURE_OPERATE,
        lambda session: (
            movements.waiting(session, now=clock.now()) + centre_sales.waiting_undischarged(session, now=clock.now())
        ),
    ),
    _Queue(
        _("Cold goods outside their range"),
        "road.open_cases",
        Permission.LOGISTICS_DEPARTURE_OPERATE,
        cooling.waiting,
    ),
    _Queue(
        _("Money that does not add up yet"),
        "reconciliation.board",
        Permission.OPERATOR_PAYOUT_READ,
        lambda session: reconciliation.waiting(session, now=clock.now()),
    ),
    _Queue(_("Payouts"), "payouts.many", Permission.OPERATOR_PAYOUT_READ, payouts.waiting),
    _Queue(_("Money at the bank to place"), "bank.house", Permission.OPERATOR_PAYOUT_READ, house_bank.waiting),
    _Queue(_("Money to move by hand"), "treasury.desk", Permission.OPERATOR_PAYOUT_READ, waits.by_hand),
    _Queue(
        _("Bank slips for the trading company to answer"),
        "trading.desk",
        Permission.OPERATOR_LEDGER_READ,
        timed=trading.slips,
    ),
    _Queue(_("Money received"), "payments.received", Permission.TRADE_PAYMENT_CONFIRM),
    _Queue(_("Ledger"), "payments.books", Permission.OPERATOR_LEDGER_READ),
    _Queue(_("Documents"), "documents.many", Permission.TRADE_DOCUMENT_READ),
    _Queue(_("People"), "operator.people", Permission.OPERATOR_PERSON_MANAGE),
    _Queue(_("Partner companies"), "operator.partners", Permission.OPERATOR_COMPANY_ADMIT),
    _Queue(_("Audit trail"), "operator.trail", Permission.OPERATOR_AUDIT_READ),
    _Queue(
        _("Jobs given up and papers not set"),
        "jobs.desk",
        Permission.OPERATOR_JOB_REVIVE,
        lambda session: outbox.given_up(session) + papers.waiting(session),
    ),
    _Queue(_("Settings"), "settings.desk", Permission.OPERATOR_SETTINGS_EDIT),
    _Queue(_("Styleguide"), "operator.styleguide", Permission.OPERATOR_STYLEGUIDE_READ),
)


@pages.get("")
@requires(Permission.OPERATOR_DESK_READ)
def desk() -> str:
    """Show the reader's queues and how much waits in each."""
    actor, session = require_actor(), reading()
    queues = [_shown(session, each) for each in _QUEUES if actor.may(each.permission)]
    # Whoever has no queue of its own - customs, for now - is told what there is to do.
    is_counted = any(each["waiting"] is not None for each in queues)
    return render_template("operator/desk.html", queues=queues, counted=is_counted, zone=house_clock(session))


def _shown(session: Session, queue: _Queue) -> dict[str, Any]:
    waiting, due = queue.waiting(session) if queue.waiting else None, None
    if queue.timed:
        waiting, due = queue.timed(session)
    return {"label": queue.label, "href": url_for(queue.endpoint), "waiting": waiting, "due": due}


@pages.get("/styleguide")
@requires(Permission.OPERATOR_STYLEGUIDE_READ)
def styleguide() -> str:
    """Show every component of the design system."""
    return render_template("styleguide.html", sample=sample())


@pages.get("/mail")
@requires(Permission.OPERATOR_MAIL_READ)
def messages() -> str:
    """Show the messages of a city without a mail server, newest first; elsewhere they are private."""
    settings: Settings = current_app.extensions["city.settings"]
    if settings.is_production or settings.smtp_url:
        abort(404)
    letters = EmlFolder(settings.data_dir / "mail", sender="").newest()
    return render_template("operator/mail.html", letters=letters)
