"""Statements of account over the API: which there can be, their figures, their papers."""

from uuid import UUID

from flask import Blueprint
from sqlalchemy.orm import Session

from marketplace.accounts.rules.permissions import Permission
from marketplace.api.shared.answers import Created, Items
from marketplace.api.shared.operations import operation
from marketplace.api.statements import answers
from marketplace.edge.acts import statements as acts
from marketplace.edge.requests import statements as requests

api = Blueprint("api_statements", __name__)


@api.get("/account-statements")
@operation(answers={200: Items[answers.IssuedStatement]}, tag="statements", permission=Permission.TRADE_STATEMENT_READ)
def issued() -> tuple[int, Items[answers.IssuedStatement]]:
    """List the numbered statements of one's company, the latest first."""
    rows = [answers.IssuedStatement.of(row) for row in acts.issued()]
    return 200, Items[answers.IssuedStatement](items=rows)


@api.get("/account-statements/accounts")
@operation(answers={200: Items[answers.Account]}, tag="statements", permission=Permission.TRADE_STATEMENT_READ)
def accounts() -> tuple[int, Items[answers.Account]]:
    """List the accounts that one's company has with others."""
    return 200, Items[answers.Account](items=[answers.Account.of(row) for row in acts.possible()])


@api.get("/account-statements/<uuid:issuer_id>/<uuid:recipient_id>")
@operation(
    answers={200: answers.Statement},
    tag="statements",
    permission=Permission.TRADE_STATEMENT_READ,
    query=requests.Statement,
)
def figures(issuer_id: UUID, recipient_id: UUID, query: requests.Statement) -> tuple[int, answers.Statement]:
    """Give the figures of an account, down to the transfers of the ledger."""
    found = acts.figures(issuer_id, recipient_id, query)
    return 200, answers.Statement.of(found, is_interim=not acts.is_over(found))


@api.post("/account-statements/<uuid:issuer_id>/<uuid:recipient_id>/papers")
@operation(
    answers={201: Created},
    tag="statements",
    permission=Permission.TRADE_STATEMENT_READ,
    body=requests.Statement,
    idempotent=True,
)
def issue(issuer_id: UUID, recipient_id: UUID, body: requests.Statement, session: Session) -> tuple[int, Created]:
    """Issue a statement as a paper and give the document's id; numbered once its period is over."""
    return 201, Created(id=acts.issue(session, issuer_id, recipient_id, body))
