"""Payouts for the company that is paid and for the operator; what is owed back; statements as tables."""

from collections.abc import Callable
from functools import partial
from typing import Any
from uuid import UUID

from flask import flash, render_template, request, url_for
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from marketplace.accounts import queries as accounts
from marketplace.accounts.rules.permissions import Permission
from marketplace.edge.acts import payments as money
from marketplace.edge.acts import payouts as acts
from marketplace.edge.acts.clocks import house_clock
from marketplace.edge.acts.subjects import about
from marketplace.edge.identity import require_actor
from marketplace.edge.parsing import parse, parse_form
from marketplace.edge.permissions import requires
from marketplace.edge.requests import payments as money_requests
from marketplace.edge.requests import payouts as requests
from marketplace.kernel import clock
from marketplace.kernel.db import reading
from marketplace.kernel.errors import Conflict, NotAllowed, Refused
from marketplace.reference import queries as reference
from marketplace.reference.rules import Setting
from marketplace.web.payouts.blueprint import pages
from marketplace.web.shared import acts as forms
from marketplace.web.shared import payout_words as words


@pages.get("/account/payouts")
@requires(Permission.TRADE_PAYOUT_READ, twin="GET /api/v1/payouts")
def many() -> str:
    """List payouts: a company's own, all of them for the operator."""
    return _many()


@pages.get("/account/payout-waits")
@requires(Permission.TRADE_PAYOUT_READ, twin="GET /api/v1/payout-waits")
def waits() -> str:
    """List what of released money stays, and why: a company's own, all of it for the operator."""
    session = reading()
    page = acts.waits(session, parse(money_requests.CursorQuery, request.args.to_dict()).cursor)
    found = accounts.get_companies(session, company_ids={row.company_id for row in page.items})
    return render_template(
        "payouts/waits.html",
        waits=page,
        names={key: row.name for key, row in found.items()},
        words=words,
        zone=house_clock(session),
    )


@pages.post("/operator/payouts")
@requires(Permission.OPERATOR_PAYOUT_APPROVE, twin="POST /api/v1/payouts")
def gather() -> Any:
    """Make payouts of what was released."""

    def work(key: str) -> str:  # noqa: ARG001  kept by the caller
        acts.gather()
        return url_for("payouts.many")

    return _done(
        work,
        _("Gathered. What is due to be paid out, and what stays where it is and why, stands on this page."),
        flow=True,
    )


@pages.post("/operator/payout-files")
@requires(Permission.OPERATOR_PAYOUT_APPROVE, twin="POST /api/v1/payout-files")
def write_file() -> Any:
    """Write the payment file of what is approved, payouts and what goes back to senders, now."""

    def work(key: str) -> str:  # noqa: ARG001  kept by the caller
        acts.write_file()
        return url_for("bank.house", _anchor="sender-returns")

    return _done(work, _("The payment file is written. Hand it to the bank."), flow=True)


@pages.post("/operator/payouts/<uuid:payout_id>/approval")
@requires(Permission.OPERATOR_PAYOUT_APPROVE, twin="POST /api/v1/payouts/{id}/approval")
def approve(payout_id: UUID) -> Any:
    """Agree to a payout."""

    def work(key: str) -> str:  # noqa: ARG001  kept by the caller
        acts.approve(payout_id)
        return url_for("payouts.many")

    return _done(work, _("Your approval is noted."), flow=True)


@pages.post("/operator/payouts/<uuid:payout_id>/result")
@requires(Permission.OPERATOR_PAYOUT_APPROVE, twin="POST /api/v1/payouts/{id}/result")
def record_result(payout_id: UUID) -> Any:
    """Note what the bank made of a payout."""

    def work(session: Any) -> str:
        acts.record_result(session, payout_id, parse_form(requests.WrittenResult, request.form))
        return url_for("payouts.many")

    return _done(work, _("Written down."), show=partial(_many, refused_payout=payout_id))


@pages.get("/operator/payout-files/<uuid:file_id>")
@requires(Permission.OPERATOR_PAYOUT_READ, twin="GET /api/v1/payout-files/{id}")
def file(file_id: UUID) -> Any:
    """Give an instruction file."""
    return acts.file(file_id)


@pages.get("/operator/payout-files/<uuid:file_id>.xml")
@requires(Permission.OPERATOR_PAYOUT_READ, twin="GET /api/v1/payout-files/{id}.xml")
def message(file_id: UUID) -> Any:
    """Give the instructions as banks take them."""
    return acts.message(file_id)


@pages.get("/account/returns")
@requires(Permission.TRADE_STATEMENT_READ, twin="GET /api/v1/returns")
def returns() -> str:
    """Show what the reader's company owes back and is owed back."""
    return _returns()


@pages.post("/account/returns/<uuid:return_id>/confirmation")
@requires(Permission.TRADE_PAYMENT_CONFIRM, twin="POST /api/v1/returns/{id}/confirmation")
def record_return(return_id: UUID) -> Any:
    """Say that what was owed back is returned."""
    return _told(acts.record_return, return_id, _("Written down. The other side sees the same."))


@pages.post("/account/returns/<uuid:return_id>/receipt")
@requires(Permission.TRADE_PAYMENT_CONFIRM, twin="POST /api/v1/returns/{id}/receipt")
def record_receipt(return_id: UUID) -> Any:
    """Say that what was owed back has come."""
    return _told(acts.record_receipt, return_id, _("Written down. The other side sees the same."))


@pages.post("/account/returns/<uuid:return_id>/denial")
@requires(Permission.TRADE_PAYMENT_CONFIRM, twin="POST /api/v1/returns/{id}/denial")
def record_missing(return_id: UUID) -> Any:
    """Say that what is said to be returned has not come."""
    return _told(acts.record_missing, return_id, _("Written down. It is owed as before."))


@pages.get("/account/statement.csv")
@requires(Permission.TRADE_STATEMENT_READ, twin="GET /api/v1/statements.csv")
def statement_csv() -> Any:
    """Give a statement as a table."""
    return acts.statement_csv(money.statement(reading(), parse(money_requests.Period, request.args.to_dict())))


def _told(act: Callable[[Session, UUID], object], return_id: UUID, said: str) -> Any:
    def work(session: Session) -> str:
        act(session, return_id)
        return url_for("payouts.returns")

    return _done(work, said, show=_returns)


def _done(work: Any, said: str, *, flow: bool = False, show: Any = None) -> Any:
    try:
        done = forms.once(work, flow=flow)
    except (Refused, Conflict, NotAllowed) as refusal:
        return forms.reshown(refusal, show or _many)
    flash(said, "good")
    return done


def _many(**shown: Any) -> str:
    search = parse(requests.PayoutsQuery, request.args.to_dict())
    session = reading()
    page, stays = acts.late_first(session, search), acts.waits(session)
    ids = {row.company_id for row in (*page.items, *stays.items)}
    found = accounts.get_companies(session, company_ids=ids)
    return render_template(
        "payouts/many.html",
        page=page,
        waits=stays,
        words=words,
        search=search,
        names={key: row.name for key, row in found.items()},
        person_id=require_actor().person,
        today=accounts.house_day(session, now=clock.now()),
        zone=house_clock(session),
        threshold=reference.money_setting(session, Setting.FOUR_EYES_THRESHOLD, at=clock.now()),
        **{"refusal": None, "errors": {}, "values": {}, "refused_payout": None, **shown},
    )


def _returns(**shown: Any) -> str:
    session, company_id = reading(), require_actor().company
    page = acts.returns_of(session, parse(money_requests.CursorQuery, request.args.to_dict()).cursor)
    ids = {company for row in page.items for company in (row.payee_id, row.payer_id)}
    found = accounts.get_companies(session, company_ids=ids)
    return render_template(
        "payouts/returns.html",
        page=page,
        names={key: row.name for key, row in found.items()},
        fees=acts.fees_among(session, page.items),
        into=acts.pay_into(session, page.items),
        held=acts.held_back(session, page.items),
        about=about(session, {row.subject for row in page.items}),
        company_id=company_id,
        **{"refusal": None, "errors": {}, "values": {}, **shown},
    )
