"""Pages of money: one payment, what is to pay, what came, statements, the operator's ledger."""

from collections.abc import Iterable, Mapping
from typing import Any
from uuid import UUID

from flask import Blueprint, flash, render_template, request, url_for
from flask_babel import gettext as _

from marketplace.accounts import queries as accounts
from marketplace.accounts.rules.permissions import CompanyKind, Permission, Role, permissions_of, roles_in
from marketplace.edge.acts import files as file_acts
from marketplace.edge.acts import payments as acts
from marketplace.edge.acts import payouts
from marketplace.edge.acts.clocks import clocks
from marketplace.edge.acts.subjects import About, about
from marketplace.edge.identity import require_actor
from marketplace.edge.parsing import parse, parse_form
from marketplace.edge.permissions import requires
from marketplace.edge.requests import payments as requests
from marketplace.files import queries as files
from marketplace.kernel.db import reading
from marketplace.kernel.errors import Conflict, Refused
from marketplace.kernel.pages import late_first
from marketplace.payments.queries import cards, disputes, ledger, payments, standing, transfers
from marketplace.payments.rules.paying import PAYMENTS, PaymentState, TransferState
from marketplace.payments.rules.terms import MilestoneEvent, Rail, Subject, SubjectKind
from marketplace.web.shared import acts as forms
from marketplace.web.shared import choices, plans, render

pages = Blueprint("payments", __name__)


@pages.get("/payments/<uuid:payment_id>")
@requires(Permission.TRADE_PAYMENT_READ, twin="GET /api/v1/payments/{id}")
def payment(payment_id: UUID) -> str:
    """Show a payment to its payer and its payee, each with the next step."""
    return _payment(payment_id)


@pages.get("/payments/<uuid:payment_id>/slip")
@requires(Permission.TRADE_PAYMENT_READ, twin="GET /api/v1/payments/{id}/slip")
def slip(payment_id: UUID) -> Any:
    """Give the slip of a payment to either party."""
    file_id = payments.with_slip(reading(), company_id=require_actor().company, payment_id=payment_id)
    return file_acts.give(files.get_any(reading(), file_id=file_id))


@pages.post("/payments/<uuid:payment_id>/slip")
@requires(Permission.TRADE_PAYMENT_PAY, twin="POST /api/v1/payments/{id}/slip")
def hand_in_slip(payment_id: UUID) -> Any:
    """Hand in the slip of a transfer."""

    def work(key: str) -> str:  # noqa: ARG001  kept by the caller
        acts.hand_in_slip(payment_id, None)
        return url_for("payments.payment", payment_id=payment_id)

    try:
        done = forms.once(work, flow=True)
    except (Refused, Conflict) as refusal:
        return forms.reshown(refusal, lambda **shown: _payment(payment_id, **shown))
    flash(_("The payee can see your slip now."), "good")
    return done


@pages.post("/payments/<uuid:payment_id>/confirmation")
@requires(Permission.TRADE_PAYMENT_CONFIRM, twin="POST /api/v1/payments/{id}/confirmation")
def confirm(payment_id: UUID) -> Any:
    """Say how much of a payment came."""

    def work(session: Any) -> str:
        acts.confirm(session, payment_id, body)
        return url_for("payments.payment", payment_id=payment_id)

    try:
        body = parse_form(requests.Confirmation, request.form)
        done = forms.once(work)
    except (Refused, Conflict) as refusal:
        return forms.reshown(refusal, lambda **shown: _payment(payment_id, **shown))
    flash(_("Written down. The payer sees the same."), "good")
    return done


@pages.post("/payments/<uuid:payment_id>/dispute")
@requires(Permission.TRADE_PAYMENT_CONFIRM, twin="POST /api/v1/payments/{id}/dispute")
def dispute(payment_id: UUID) -> Any:
    """Say that the money of a slip has not come."""

    def work(session: Any) -> str:
        acts.dispute_slip(session, payment_id)
        return url_for("payments.payment", payment_id=payment_id)

    try:
        done = forms.once(work)
    except (Refused, Conflict) as refusal:
        return forms.reshown(refusal, lambda **shown: _payment(payment_id, **shown))
    flash(_("Written down. The payer sees that the money has not come."), "good")
    return done


@pages.get("/account/money")
@requires(Permission.TRADE_PAYMENT_PAY, twin="GET /api/v1/payments")
def to_pay() -> str:
    """Show a buyer what is to pay."""
    asked = parse(requests.PaidQuery, request.args.to_dict())
    page = acts.listed(reading(), "to_pay", asked.cursor)
    closed = acts.listed(reading(), "paid", asked.closed)
    rows = [*page.items, *closed.items]
    return render_template("payments/to_pay.html", page=page, closed=closed, names=_names(rows), about=_about(rows))


@pages.get("/merchant/money")
@requires(Permission.TRADE_PAYMENT_CONFIRM, twin="GET /api/v1/payments")
def received() -> str:
    """Show a payee what is due, which slips wait and which money is not matched."""
    return _received()


@pages.post("/merchant/transfers")
@requires(Permission.TRADE_TRANSFER_RECORD, twin="POST /api/v1/transfers")
def record() -> Any:
    """Record money that came."""

    def work(session: Any) -> str:
        acts.record(session, body)
        return url_for("payments.received")

    try:
        body = parse_form(requests.Transfer, request.form)
        done = forms.once(work)
    except (Refused, Conflict) as refusal:
        return forms.reshown(refusal, _received)
    flash(_("Written down."), "good")
    return done


@pages.post("/merchant/transfers/<uuid:transfer_id>/match")
@requires(Permission.TRADE_TRANSFER_RECORD, twin="POST /api/v1/transfers/{id}/match")
def match(transfer_id: UUID) -> Any:
    """Say which payments a transfer is for."""

    def work(session: Any) -> str:
        acts.match(session, transfer_id, body)
        return url_for("payments.received")

    try:
        body = parse_form(requests.Match, request.form)
        done = forms.once(work)
    except (Refused, Conflict) as refusal:
        return forms.reshown(refusal, lambda **shown: _received(refused_transfer=transfer_id, **shown))
    flash(_("Matched."), "good")
    return done


@pages.post("/merchant/transfers/<uuid:transfer_id>/dismissal")
@requires(Permission.TRADE_TRANSFER_RECORD, twin="POST /api/v1/transfers/{id}/dismissal")
def dismiss(transfer_id: UUID) -> Any:
    """Say that a transfer is for nothing that was agreed in this city."""

    def work(session: Any) -> str:
        acts.dismiss(session, transfer_id)
        return url_for("payments.received")

    try:
        done = forms.once(work)
    except Conflict as refusal:
        return forms.reshown(refusal, _received)
    flash(_("Put aside. It is for nothing here."), "good")
    return done


@pages.post("/merchant/transfers/<uuid:transfer_id>/withdrawal")
@requires(Permission.TRADE_TRANSFER_RECORD, twin="POST /api/v1/transfers/{id}/withdrawal")
def withdraw(transfer_id: UUID) -> Any:
    """Say that money which was written down had not come like that."""

    def work(session: Any) -> str:
        acts.withdraw(session, transfer_id, parse_form(requests.Withdrawal, request.form))
        return url_for("payments.received")

    try:
        done = forms.once(work)
    except (Refused, Conflict) as refusal:
        return forms.reshown(refusal, _received)
    flash(_("Withdrawn. It counts for nothing now."), "good")
    return done


@pages.get("/account/statement")
@requires(Permission.TRADE_STATEMENT_READ, twin="GET /api/v1/statements")
def statement() -> Any:
    """Show a statement of one currency, down to the entries."""
    asked = request.args.to_dict()
    if "currency" not in asked:
        latest = ledger.latest_currency(reading(), company_id=require_actor().company)
        asked["currency"] = latest or choices.home_currency(choices.home_country())
    shown: dict[str, Any] = {"values": asked, "currencies": choices.currencies()}
    try:
        found = acts.statement(reading(), parse(requests.Period, asked))
    except Refused as refusal:
        return forms.reshown(
            refusal, lambda **why: render_template("payments/statement.html", statement=None, **{**why, **shown})
        )
    return render_template(
        "payments/statement.html", statement=found, about=_about(found.entries), errors={}, refusal=None, **shown
    )


@pages.get("/operator/orders/<uuid:order_id>/money")
@requires(Permission.OPERATOR_LEDGER_READ, twin="GET /api/v1/orders/{id}/money")
def of_order(order_id: UUID) -> str:
    """Show the operator how the money of an order stands, as its two sides see it."""
    session = reading()
    subject = Subject(SubjectKind.ORDER, order_id)
    terms, facts = standing.of_subject(session, subject=subject)
    sides = (terms.payer_id, terms.payee_id)
    zones = clocks(session, sides)
    return render_template(
        "payments/standing.html",
        terms=terms,
        standing=facts,
        disputes=disputes.about(session, subjects=[subject]),
        plan_words=plans,
        names={key: row.name for key, row in accounts.get_companies(session, company_ids=sides).items()},
        payer_zone=zones[terms.payer_id],
        payee_zone=zones[terms.payee_id],
    )


@pages.get("/operator/ledger")
@requires(Permission.OPERATOR_LEDGER_READ, twin="GET /api/v1/ledger")
def books() -> str:
    """Show the balances of the ledger by kind of account and currency."""
    return render_template("payments/ledger.html", totals=ledger.totals(reading()))


@pages.get("/operator/ledger/<kind>/<currency>")
@requires(Permission.OPERATOR_LEDGER_READ, twin="GET /api/v1/ledger/accounts")
def kept(kind: str, currency: str) -> str:
    """List the accounts of a kind."""
    page = ledger.accounts(reading(), kind=acts.account_kind(kind), currency=currency, cursor=_cursor())
    owners = accounts.get_companies(reading(), company_ids={row.owner_id for row in page.items if row.owner_id})
    return render_template("payments/accounts.html", page=page, kind=kind, currency=currency, owners=owners)


@pages.get("/operator/ledger/accounts/<uuid:account_id>")
@requires(Permission.OPERATOR_LEDGER_READ, twin="GET /api/v1/ledger/accounts/{id}/entries")
def account(account_id: UUID) -> str:
    """List the entries of an account."""
    session = reading()
    row = ledger.account(session, account_id=account_id)
    page = ledger.entries(session, account_id=account_id, cursor=_cursor())
    return render_template("payments/account.html", account=row, page=page, about=_about(page.items))


def _payment(payment_id: UUID, **shown: Any) -> str:
    session, actor = reading(), require_actor()
    row = payments.payment(session, company_id=actor.company, payment_id=payment_id)
    returns = payouts.returns_about(session, [row.subject])
    methods = cards.methods_of(session, subjects=[row.subject] if row.rail is Rail.CARD else [])
    return render_template(
        "payments/payment.html",
        payment=row,
        receipts=transfers.receipts_of(session, payment_id=row.id),
        returns=returns,
        fees=payouts.fees_among(session, returns),
        names=_names([row]),
        about=_about([row]),
        held=ledger.held_for(session, subject=row.subject, currency=row.amount.currency)
        if row.rail is Rail.CARD
        else None,
        local_method=plans.LOCAL_METHODS.get(methods.get(row.subject)),
        disputes=disputes.about(session, subjects=[row.subject]) if row.rail is Rail.CARD else (),
        clocks=clocks(session, (row.payer_id, row.payee_id)),
        is_payer=row.payer_id == actor.company,
        takes_slip=PAYMENTS.allows(row.state, "slip"),
        payers=_payers(CompanyKind(actor.company_kind)),
        takes_money=PAYMENTS.allows(row.state, "part"),
        takes_withdrawal=PAYMENTS.allows(row.state, "withdraw") and not _has_promised(row),
        takes_dispute=PAYMENTS.allows(row.state, "dispute"),
        **{"values": {"received_on": render.own_day()}, "errors": {}, "refusal": None, **shown},
    )


def _payers(kind: CompanyKind) -> list[Role]:
    """Return the roles that let a member of such a company pay for it, in their order."""
    there = roles_in(kind)
    return [role for role in Role if role in there and Permission.TRADE_PAYMENT_PAY in permissions_of(kind, {role})]


def _has_promised(row: payments.PaymentRow) -> bool:
    """Tell whether goods were promised for this money: then no receipt is withdrawn but one that came too much."""
    is_promise = (row.subject.kind, row.event) == (SubjectKind.ORDER, MilestoneEvent.DEPOSIT)
    return is_promise and row.state is PaymentState.PAID and not row.surplus


def _received(**shown: Any) -> str:
    session, actor = reading(), require_actor()
    asked = parse(requests.ReceivedQuery, request.args.to_dict())
    due = payments.awaited(session, company_id=actor.company, cursor=asked.cursor)
    overdue = acts.listed(session, "overdue", asked.overdue)
    slips = acts.listed(session, "slips", asked.slips)
    closed = acts.listed(session, "received", asked.closed)
    rows = [*due.items, *overdue.items, *slips.items, *closed.items]
    unmatched = late_first(
        lambda late, after: transfers.transfers(
            session, payee_id=actor.company, state=TransferState.UNMATCHED, overdue=late, cursor=after
        ),
        asked.unmatched,
    )
    aside = transfers.transfers(session, payee_id=actor.company, state=TransferState.NOT_OURS, cursor=asked.aside)
    return render_template(
        "payments/received.html",
        due=due,
        overdue=overdue,
        slips=slips,
        unmatched=unmatched,
        aside=aside,
        zone=clocks(session, [actor.company])[actor.company],
        closed=closed,
        names=_names(rows),
        about=_about(rows),
        currencies=choices.currencies(),
        **{
            "values": {"received_on": render.own_day(), "currency": choices.home_currency(choices.home_country())},
            "errors": {},
            "refusal": None,
            "refused_transfer": None,
            **shown,
        },
    )


def _names(rows: list[payments.PaymentRow]) -> dict[UUID, str]:
    ids = {company for row in rows for company in (row.payer_id, row.payee_id)}
    return {key: found.name for key, found in accounts.get_companies(reading(), company_ids=ids).items()}


def _about(rows: Iterable[payments.PaymentRow | ledger.EntryRow]) -> Mapping[Subject, About]:
    return about(reading(), {row.subject for row in rows})


def _cursor() -> str | None:
    return parse(requests.CursorQuery, request.args.to_dict()).cursor
