"""Import bank statements, and place the money of the operator's own account, over the API."""

from uuid import UUID

from flask import Blueprint, request
from sqlalchemy.orm import Session

from marketplace.accounts.rules.permissions import Permission
from marketplace.api.bank import answers
from marketplace.api.shared.answers import Items
from marketplace.api.shared.operations import operation
from marketplace.api.shared.uploads import StatementForm
from marketplace.edge.acts import bank as acts
from marketplace.edge.identity import require_actor
from marketplace.edge.parsing import parse
from marketplace.edge.requests import bank as requests
from marketplace.kernel.db import reading
from marketplace.payments.queries import bank, house_bank, house_figures

api = Blueprint("api_bank", __name__)

_OWN = Permission.TRADE_TRANSFER_RECORD
_READ = Permission.OPERATOR_PAYOUT_READ
_PLACE = Permission.OPERATOR_PAYOUT_APPROVE


@api.post("/bank-statements")
@operation(answers={201: answers.ImportedFile}, tag="bank", permission=_OWN, form=StatementForm, idempotent_flow=True)
def take_in(key: str) -> tuple[int, answers.ImportedFile]:  # noqa: ARG001  kept by the caller
    """Import a bank's file (CAMT.053, MT940 or CSV) into the accounts of one's company, whole or not at all.

    What an earlier statement brought is not brought again, whatever its form. A company's credits become incoming
    transfers; the operator's own are placed by their references, or by people.
    """
    done = acts.take_in(parse(requests.Statement, request.form.to_dict()))
    return 201, answers.ImportedFile(statements=[answers.ImportedStatement.of(each) for each in done])


@api.get("/bank-statements")
@operation(answers={200: Items[answers.BankStatement]}, tag="bank", permission=_OWN, query=requests.StatementsQuery)
def statements(query: requests.StatementsQuery) -> tuple[int, Items[answers.BankStatement]]:
    """List the imported statements of one's company, newest first, each with what is missing before it."""
    page = bank.statements(reading(), company_id=require_actor().company, cursor=query.cursor)
    return 200, Items[answers.BankStatement](
        items=[answers.BankStatement.of(row) for row in page.items], next=page.next
    )


@api.get("/bank-statements/<uuid:statement_id>")
@operation(answers={200: answers.BankStatement}, tag="bank", permission=_OWN)
def statement(statement_id: UUID) -> tuple[int, answers.BankStatement]:
    """Show a statement of one's company."""
    row = bank.statement(reading(), company_id=require_actor().company, statement_id=statement_id)
    return 200, answers.BankStatement.of(row)


@api.get("/bank-statements/<uuid:statement_id>/entries")
@operation(answers={200: Items[answers.BankEntry]}, tag="bank", permission=_OWN, query=requests.StatementsQuery)
def entries(statement_id: UUID, query: requests.StatementsQuery) -> tuple[int, Items[answers.BankEntry]]:
    """List the entries that a statement brought, newest first."""
    session, company_id = reading(), require_actor().company
    bank.statement(session, company_id=company_id, statement_id=statement_id)
    page = bank.entries(session, company_id=company_id, statement_id=statement_id, cursor=query.cursor)
    return 200, Items[answers.BankEntry](items=[answers.BankEntry.of(row) for row in page.items], next=page.next)


@api.get("/house-bank")
@operation(answers={200: Items[answers.HouseFigure]}, tag="bank", permission=_READ)
def figures() -> tuple[int, Items[answers.HouseFigure]]:
    """Show, for each currency, what the operator's bank says beside what the books say."""
    rows = house_figures.figures(reading())
    return 200, Items[answers.HouseFigure](items=[answers.HouseFigure.of(row) for row in rows], next=None)


@api.get("/house-entries")
@operation(answers={200: Items[answers.HouseEntry]}, tag="bank", permission=_READ, query=requests.HouseEntriesQuery)
def house_entries(query: requests.HouseEntriesQuery) -> tuple[int, Items[answers.HouseEntry]]:
    """List the lines of the operator's own accounts, newest first, with what each may be."""
    rows, following = acts.house_entries(reading(), query)
    return 200, Items[answers.HouseEntry](items=[answers.HouseEntry.of(row) for row in rows], next=following)


@api.post("/house-entries/<uuid:entry_id>/match")
@operation(answers={200: answers.HouseEntry}, tag="bank", permission=_PLACE, body=requests.HouseMatch, idempotent=True)
def match(entry_id: UUID, body: requests.HouseMatch, session: Session) -> tuple[int, answers.HouseEntry]:
    """Say what a line is for, in parts; from the threshold on, and for what goes back, a second person agrees."""
    return 200, answers.HouseEntry.of(acts.match(session, entry_id, body))


@api.post("/house-entries/<uuid:entry_id>/approval")
@operation(answers={200: answers.HouseEntry}, tag="bank", permission=_PLACE, idempotent=True)
def approve(entry_id: UUID, session: Session) -> tuple[int, answers.HouseEntry]:
    """Agree, as another person, to what was said of a line."""
    return 200, answers.HouseEntry.of(acts.approve(session, entry_id))


@api.post("/house-entries/<uuid:entry_id>/refusal")
@operation(answers={200: answers.HouseEntry}, tag="bank", permission=_PLACE, idempotent=True)
def decline(entry_id: UUID, session: Session) -> tuple[int, answers.HouseEntry]:
    """Put aside what was said of a line: it waits again."""
    return 200, answers.HouseEntry.of(acts.decline(session, entry_id))


@api.post("/house-entries/<uuid:entry_id>/reversal")
@operation(
    answers={200: answers.HouseEntry}, tag="bank", permission=_PLACE, body=requests.HouseReversal, idempotent=True
)
def doubt(entry_id: UUID, body: requests.HouseReversal, session: Session) -> tuple[int, answers.HouseEntry]:
    """Say that a placed line was placed wrongly; with a second person's yes it waits anew, and what it did goes back.

    409 ``placement_followed`` where something came of it that cannot be undone here.
    """
    return 200, answers.HouseEntry.of(acts.doubt(session, entry_id, body))


@api.post("/house-entries/<uuid:entry_id>/reversal/approval")
@operation(answers={200: answers.HouseEntry}, tag="bank", permission=_PLACE, idempotent=True)
def agree_to_reversal(entry_id: UUID, session: Session) -> tuple[int, answers.HouseEntry]:
    """Agree, as another person, that a line was placed wrongly."""
    return 200, answers.HouseEntry.of(acts.agree_to_reversal(session, entry_id))


@api.post("/house-entries/<uuid:entry_id>/reversal/refusal")
@operation(answers={200: answers.HouseEntry}, tag="bank", permission=_PLACE, idempotent=True)
def keep(entry_id: UUID, session: Session) -> tuple[int, answers.HouseEntry]:
    """Let a line stay as it is placed."""
    return 200, answers.HouseEntry.of(acts.keep(session, entry_id))


@api.get("/sender-returns")
@operation(answers={200: Items[answers.SenderReturn]}, tag="bank", permission=_READ)
def sender_returns() -> tuple[int, Items[answers.SenderReturn]]:
    """List the newest of what goes back to the accounts that it came from."""
    rows = house_bank.sender_returns(reading())
    return 200, Items[answers.SenderReturn](items=[answers.SenderReturn.of(row) for row in rows], next=None)


@api.post("/sender-returns/<uuid:sender_return_id>/failure")
@operation(answers={200: answers.SenderReturn}, tag="bank", permission=_PLACE, idempotent=True)
def fail_return(sender_return_id: UUID, session: Session) -> tuple[int, answers.SenderReturn]:
    """Say that the bank did not take it; with a second person's word it has failed, and its line can be taken back."""
    return 200, answers.SenderReturn.of(acts.fail_return(session, sender_return_id))
