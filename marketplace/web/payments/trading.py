"""The operator's trading company: the operator's page of it, and the merchants' own."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from flask import Blueprint, flash, render_template, request, url_for
from flask_babel import gettext as _

from marketplace.accounts.rules.permissions import Permission
from marketplace.edge.acts import changes
from marketplace.edge.acts import files as file_acts
from marketplace.edge.acts import trading as acts
from marketplace.edge.acts.clocks import clocks, house_clock
from marketplace.edge.identity import require_actor
from marketplace.edge.parsing import parse, parse_form
from marketplace.edge.permissions import requires
from marketplace.edge.requests import changes as change_requests
from marketplace.edge.requests import payments as payment_requests
from marketplace.edge.requests import trading as requests
from marketplace.kernel import clock
from marketplace.kernel.db import reading
from marketplace.kernel.errors import Conflict, NotAllowed, Refused
from marketplace.payments.queries import trading as queries
from marketplace.payments.rules.terms import Mode
from marketplace.web.shared import acts as forms
from marketplace.web.shared import plans

pages = Blueprint("trading", __name__)

_NAME, _BOOKS = Permission.OPERATOR_SETTINGS_EDIT, Permission.OPERATOR_LEDGER_READ
_AGREE = Permission.TRADE_PLAN_EDIT
_READ, _PLACE = Permission.OPERATOR_PAYOUT_READ, Permission.OPERATOR_PAYOUT_APPROVE


@pages.get("/operator/trading")
@requires(_BOOKS, twin="GET /api/v1/trading-sales")
def desk() -> str:
    """Show the trading company, who sells to it, its buyers' payments, and what it sold and bought."""
    return _desk()


@pages.post("/operator/trading/company")
@requires(_NAME, twin="POST /api/v1/trading-company")
def name() -> Any:
    """Name the trading company, or none."""
    return _done(lambda session: acts.name_typed(session, parse_form(requests.CompanyTyped, request.form)), _("Saved."))


@pages.post("/operator/trading/agreements")
@requires(_NAME, twin="POST /api/v1/trading-agreements")
def offer() -> Any:
    """Offer a merchant to buy from it."""
    return _done(
        lambda session: acts.offer_typed(session, parse_form(requests.OfferTyped, request.form)),
        _("Offered. The merchant answers on its own page."),
    )


@pages.post("/operator/trading/agreements/<uuid:agreement_id>/withdrawal")
@requires(_NAME, twin="POST /api/v1/trading-agreements/{id}/withdrawal")
def withdraw(agreement_id: UUID) -> Any:
    """End an agreement, or take an offer back."""
    return _done(lambda session: acts.withdraw(session, agreement_id), _("Ended. What was ordered stays as agreed."))


@pages.post("/operator/trading/payments/<uuid:payment_id>/confirmation")
@requires(_PLACE, twin="POST /api/v1/trading-payments/{id}/confirmation")
def confirm(payment_id: UUID) -> Any:
    """Write down what came for a payment."""
    return _done(
        lambda session: acts.confirm(session, payment_id, parse_form(payment_requests.Confirmation, request.form)),
        _("Written down."),
        show=lambda **shown: _desk(refused=payment_id, **shown),
    )


@pages.get("/operator/trading/payments/<uuid:payment_id>/slip")
@requires(_READ, twin="GET /api/v1/trading-payments/{id}/slip")
def slip(payment_id: UUID) -> Any:
    """Give the slip of a payment to whoever says whether its money came."""
    return file_acts.give(acts.slip(reading(), payment_id))


@pages.post("/operator/trading/payments/<uuid:payment_id>/dispute")
@requires(_PLACE, twin="POST /api/v1/trading-payments/{id}/dispute")
def dispute(payment_id: UUID) -> Any:
    """Say that the money of a slip has not come."""
    return _done(lambda session: acts.dispute(session, payment_id), _("Written down."))


@pages.post("/operator/trading/receipts/<uuid:transfer_id>/withdrawal")
@requires(_PLACE, twin="POST /api/v1/trading-receipts/{id}/withdrawal")
def withdraw_receipt(transfer_id: UUID) -> Any:
    """Withdraw a receipt that was written down by mistake."""
    return _done(
        lambda session: acts.withdraw_receipt(
            session, transfer_id, parse_form(payment_requests.Withdrawal, request.form)
        ),
        _("Written down."),
    )


@pages.post("/operator/trading/returns/<uuid:return_id>/confirmation")
@requires(_PLACE, twin="POST /api/v1/trading-returns/{id}/confirmation")
def send_back(return_id: UUID) -> Any:
    """Say that a buyer was sent back what is owed."""
    return _done(
        lambda session: acts.send_back(session, return_id, parse_form(requests.SentBack, request.form)),
        _("Written down."),
        show=lambda **shown: _desk(returned=return_id, **shown),
    )


@pages.post("/operator/trading/changes/<uuid:change_id>/acceptance")
@requires(_PLACE, twin="POST /api/v1/trading-changes/{id}/acceptance")
def accept_change(change_id: UUID) -> Any:
    """Accept for the trading company what was proposed to it."""
    return _done(
        lambda session: changes.answer_for_house(
            session, change_id, parse_form(change_requests.ChangeAcceptance, request.form)
        ),
        _("The change is accepted."),
    )


@pages.post("/operator/trading/changes/<uuid:change_id>/refusal")
@requires(_PLACE, twin="POST /api/v1/trading-changes/{id}/refusal")
def decline_change(change_id: UUID) -> Any:
    """Decline for the trading company what was proposed to it."""
    return _done(lambda session: changes.answer_for_house(session, change_id, None), _("The change is declined."))


@pages.get("/merchant/trading")
@requires(_AGREE, twin="GET /api/v1/trading-agreements")
def mine() -> str:
    """Show a merchant what it agreed to sell to the trading company, and what waits for its answer."""
    return _mine()


@pages.post("/merchant/trading/<uuid:agreement_id>/answer")
@requires(_AGREE, twin="POST /api/v1/trading-agreements/{id}/answer")
def answer(agreement_id: UUID) -> Any:
    """Agree to an offer, or decline it."""
    return _done(
        lambda session: acts.answer(session, agreement_id, parse_form(requests.Answer, request.form)),
        _("Your answer is noted."),
        show=_mine,
        back="trading.mine",
    )


@pages.post("/merchant/trading/<uuid:agreement_id>/end")
@requires(_AGREE, twin="POST /api/v1/trading-agreements/{id}/end")
def end(agreement_id: UUID) -> Any:
    """End an agreement."""
    return _done(
        lambda session: acts.end(session, agreement_id),
        _("Ended. What was ordered stays as agreed."),
        show=_mine,
        back="trading.mine",
    )


def _done(act: Any, said: str, *, show: Callable[..., str] | None = None, back: str = "trading.desk") -> Any:
    def work(session: Any) -> str:
        act(session)
        return url_for(back)

    try:
        done = forms.once(work)
    except (Refused, Conflict, NotAllowed) as refusal:
        return forms.reshown(refusal, show or _desk)
    flash(said, "good")
    return done


def _desk(**shown: Any) -> str:
    session = reading()
    asked = parse(requests.TradingQuery, request.args.to_dict())
    agreements = queries.agreements(session, cursor=asked.agreements)
    due = queries.to_receive(session, cursor=asked.payments)
    sales = queries.sales(session, cursor=asked.cursor)
    owed = acts.owed_back(session)
    receipts = queries.written_receipts(session)
    proposed = changes.of_house(session, cursor=asked.changes)
    ids = {row.merchant_id for row in agreements.items} | {row.trader_id for row in agreements.items}
    ids |= {company for row in sales.items for company in (row.buyer_id, row.merchant_id)}
    ids |= {row.payer_id for row in (*due.items, *owed)} | {one.change.proposer_id for one in proposed.items}
    return render_template(
        "payments/trading.html",
        house=acts.house(session),
        known=acts.merchants_known(session) if require_actor().may(_NAME) else [],
        agreements=agreements,
        due=due,
        sales=sales,
        owed=owed,
        receipts=receipts,
        proposed=proposed,
        names=acts.names(ids),
        zone=house_clock(session),
        now=clock.now(),
        me=require_actor().person,
        plan_words=plans,
        sold=Mode.OPERATOR_SELLS,
        **{"refusal": None, "errors": {}, "values": {}, "refused": None, "returned": None, **shown},
    )


def _mine(**shown: Any) -> str:
    session, company_id = reading(), require_actor().company
    asked = parse(requests.TradingQuery, request.args.to_dict())
    page = queries.agreements(session, merchant_id=company_id, cursor=asked.agreements)
    return render_template(
        "payments/trading_mine.html",
        page=page,
        names=acts.names({row.trader_id for row in page.items}),
        zone=clocks(session, [company_id])[company_id],
        now=clock.now(),
        plan_words=plans,
        **{"refusal": None, "errors": {}, "values": {}, **shown},
    )
