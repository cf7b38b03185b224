"""A company's bank statements, and the queue of the house's money."""

import json
from dataclasses import replace
from typing import Any
from uuid import UUID

from flask import Blueprint, flash, render_template, request, url_for
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from marketplace.accounts import queries as accounts
from marketplace.accounts.rules.permissions import Permission
from marketplace.edge.acts import bank as acts
from marketplace.edge.acts import treasury
from marketplace.edge.acts.clocks import house_clock
from marketplace.edge.identity import require_actor
from marketplace.edge.parsing import parse
from marketplace.edge.permissions import requires
from marketplace.edge.requests import bank as requests
from marketplace.edge.requests.treasury import CommissionWithdrawal
from marketplace.kernel.db import reading
from marketplace.kernel.errors import Conflict, NotAllowed, Refused, TooLarge
from marketplace.merchants import queries as merchants
from marketplace.payments.queries import bank, house_bank, house_figures, payouts, trade_due
from marketplace.payments.rules.statement_sheet import NAMES
from marketplace.web.shared import acts as forms

pages = Blueprint("bank", __name__)

_OWN = Permission.TRADE_TRANSFER_RECORD
_GUARDS = frozenset({"csrf_token", "idempotency_key"})
_RECENT = 20  # placed lines that the page shows
_ROWS = 3  # parts of an entry that one form takes


@pages.get("/account/bank")
@requires(_OWN, twin="GET /api/v1/bank-statements")
def statements() -> str:
    """Show imported statements, what is missing between them, and the form for the next."""
    return _statements()


@pages.post("/account/bank/statements")
@requires(_OWN, twin="POST /api/v1/bank-statements")
def take_in() -> Any:
    """Import a bank's file."""
    found: list[Any] = []

    def work(key: str) -> str:  # noqa: ARG001  kept by the caller
        given = {name: value for name, value in request.form.items() if name not in _GUARDS}
        found.extend(acts.take_in(parse(requests.Statement, given)))
        return url_for("bank.statement", statement_id=found[-1].statement_id)

    try:
        done = forms.once(work, flow=True)
    except (Refused, Conflict, NotAllowed, TooLarge) as refusal:
        return forms.reshown(refusal, _statements)
    new = sum(each.new_entries for each in found)
    flash(_("New entries taken in: %(count)s.", count=new), "good")
    return done


@pages.get("/account/bank/statements/<uuid:statement_id>")
@requires(_OWN, twin="GET /api/v1/bank-statements/{id}/entries")
def statement(statement_id: UUID) -> str:
    """Show the entries that a statement brought."""
    session, company_id = reading(), require_actor().company
    row = bank.statement(session, company_id=company_id, statement_id=statement_id)
    asked = parse(requests.StatementsQuery, request.args.to_dict())
    page = bank.entries(session, company_id=company_id, statement_id=statement_id, cursor=asked.cursor)
    return render_template("bank/statement.html", statement=row, page=page)


@pages.get("/operator/bank")
@requires(Permission.OPERATOR_PAYOUT_READ, twin="GET /api/v1/house-entries")
def house() -> str:
    """Show what the operator's bank and the books say, and the money that nobody has placed."""
    return _house()


@pages.post("/operator/bank/<uuid:entry_id>/match")
@requires(Permission.OPERATOR_PAYOUT_APPROVE, twin="POST /api/v1/house-entries/{id}/match")
def match(entry_id: UUID) -> Any:
    """Say what an entry is for."""

    def act(session: Session) -> None:
        try:
            acts.match(session, entry_id, parse(requests.HouseMatch, _said()))
        except Refused as refusal:
            errors = [replace(each, field=_control(each.field)) for each in refusal.errors]
            raise Refused(refusal.code, errors=errors, **refusal.facts) from refusal

    return _done(act, _("Written down."), entry_id)


@pages.post("/operator/bank/<uuid:entry_id>/approval")
@requires(Permission.OPERATOR_PAYOUT_APPROVE, twin="POST /api/v1/house-entries/{id}/approval")
def approve(entry_id: UUID) -> Any:
    """Agree to what another person said."""
    return _done(lambda session: acts.approve(session, entry_id), _("Your approval is noted."), entry_id)


@pages.post("/operator/bank/<uuid:entry_id>/refusal")
@requires(Permission.OPERATOR_PAYOUT_APPROVE, twin="POST /api/v1/house-entries/{id}/refusal")
def decline(entry_id: UUID) -> Any:
    """Put aside what was said."""
    return _done(lambda session: acts.decline(session, entry_id), _("Put aside. It waits again."), entry_id)


@pages.post("/operator/bank/<uuid:entry_id>/reversal")
@requires(Permission.OPERATOR_PAYOUT_APPROVE, twin="POST /api/v1/house-entries/{id}/reversal")
def doubt(entry_id: UUID) -> Any:
    """Say that a line was placed wrongly."""
    body = parse(requests.HouseReversal, {"reason": request.form.get("reason", "")})
    return _done(lambda session: acts.doubt(session, entry_id, body), _("Noted. A second person decides."), entry_id)


@pages.post("/operator/bank/<uuid:entry_id>/reversal/approval")
@requires(Permission.OPERATOR_PAYOUT_APPROVE, twin="POST /api/v1/house-entries/{id}/reversal/approval")
def agree_to_reversal(entry_id: UUID) -> Any:
    """Agree that a line was placed wrongly."""
    return _done(lambda session: acts.agree_to_reversal(session, entry_id), _("Taken back. It waits again."), entry_id)


@pages.post("/operator/bank/<uuid:entry_id>/reversal/refusal")
@requires(Permission.OPERATOR_PAYOUT_APPROVE, twin="POST /api/v1/house-entries/{id}/reversal/refusal")
def keep(entry_id: UUID) -> Any:
    """Let a line stay as it is placed."""
    return _done(lambda session: acts.keep(session, entry_id), _("It stays as it is placed."), entry_id)


@pages.post("/operator/sender-returns/<uuid:sender_return_id>/failure")
@requires(Permission.OPERATOR_PAYOUT_APPROVE, twin="POST /api/v1/sender-returns/{id}/failure")
def fail_return(sender_return_id: UUID) -> Any:
    """Say that the bank did not take what was to go back to its sender."""
    return _done(lambda session: acts.fail_return(session, sender_return_id), _("Noted."), sender_return_id)


@pages.post("/operator/commission-receipts/<uuid:receipt_id>/withdrawal")
@requires(Permission.OPERATOR_PAYOUT_APPROVE, twin="POST /api/v1/commission-receipts/{id}/withdrawal")
def withdraw_receipt(receipt_id: UUID) -> Any:
    """Say that commission that was written down by hand never came like that."""
    body = parse(CommissionWithdrawal, {"reason": request.form.get("reason", "")})
    return _done(
        lambda session: treasury.withdraw_commission(session, receipt_id, body), _("It is owed again."), receipt_id
    )


def _rows() -> list[tuple[str, str]]:
    """Return the controls of the rows of the form that say something."""
    names = [("what", "amount"), *((f"what{row}", f"amount{row}") for row in range(2, _ROWS + 1))]
    return [(what, amount) for what, amount in names if request.form.get(what)]


def _control(field: str) -> str:
    """Return the control of the form that sent a field, the field where none did."""
    name, _dot, rest = field.partition(".")
    place, _dot, part = rest.partition(".")
    if name != "parts" or not place.isdecimal() or int(place) >= len(_rows()):
        return field
    what, amount = _rows()[int(place)]
    return amount if part.startswith("amount") else what


def _said() -> dict[str, Any]:
    """Return the rows of the form that say something, as the API is sent them."""
    parts = [acts.part_of(request.form[what], request.form.get(amount)) for what, amount in _rows()]
    more = {name: request.form[name] for name in ("bic", "bank_name", "account_name") if name in request.form}
    return {"parts": parts, **more}


def _done(act: Any, said: str, entry_id: UUID) -> Any:
    def work(session: Any) -> str:
        act(session)
        return url_for("bank.house")

    try:
        done = forms.once(work)
    except (Refused, Conflict, NotAllowed) as refusal:
        return forms.reshown(refusal, lambda **shown: _house(refused_entry=entry_id, **shown))
    flash(said, "good")
    return done


def _statements(**shown: Any) -> str:
    session, company_id = reading(), require_actor().company
    asked = parse(requests.StatementsQuery, request.args.to_dict())
    page = bank.statements(session, company_id=company_id, cursor=asked.cursor)
    own = merchants.named_accounts(session, company_id=company_id)
    mapping = bank.last_mapping(session, company_id=company_id)
    values = {"mapping": json.dumps(mapping, ensure_ascii=False) if mapping else ""}
    return render_template(
        "bank/statements.html",
        page=page,
        own=[(each, each) for each in (f"{number} {currency}" for number, currency in own)],
        columns=[(name, names[0]) for name, names in NAMES.items()],
        **{"values": values, "errors": {}, "refusal": None, **shown},
    )


def _house(**shown: Any) -> str:
    session = reading()
    asked = parse(requests.HouseEntriesQuery, request.args.to_dict())
    rows, following = acts.house_entries(session, asked.model_copy(update={"state": asked.state or "unmatched"}))
    waiting, _more = acts.house_entries(session, requests.HouseEntriesQuery(state="proposed"))
    doubted, _rest = acts.house_entries(session, requests.HouseEntriesQuery(state="reversing"))
    placed, _older = acts.house_entries(session, requests.HouseEntriesQuery(state="matched"))
    billed = {part.target_id for row in waiting if row.proposal for part in row.proposal.parts if part.target_id}
    billed |= {part.target_id for row in (*doubted, *placed) for part in row.placed if part.target_id}
    receipts = house_bank.receipts(session)
    billed |= {row.company_id for row in receipts}
    owing = acts.owing(session, {row.entry.amount.currency for row in rows})
    names = accounts.get_companies(session, company_ids=billed | {company for company, _c, _p in owing})
    return render_template(
        "bank/house.html",
        figures=house_figures.figures(session),
        rows=rows,
        next=url_for("bank.house", cursor=following) if following else None,
        proposed=waiting,
        doubted=doubted,
        placed=placed[:_RECENT],
        owing=owing,
        returns=house_bank.sender_returns(session),
        receipts=receipts,
        names={key: row.name for key, row in names.items()}
        | payouts.references_of(session, target_ids=billed)
        | trade_due.names(session, target_ids=billed),
        zone=house_clock(session),
        person_id=require_actor().person,
        portions=range(2, _ROWS + 1),
        **{"values": {}, "errors": {}, "refusal": None, "refused_entry": None, **shown},
    )
