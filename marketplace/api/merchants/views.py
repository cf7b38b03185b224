"""Apply to sell, review, and keep accounts, over the API."""

from typing import Any
from uuid import UUID

from flask import Blueprint

from marketplace.accounts import queries as accounts
from marketplace.accounts.queries import directory
from marketplace.accounts.rules.permissions import Permission
from marketplace.api.merchants import answers
from marketplace.api.shared.answers import Created, Items
from marketplace.api.shared.operations import operation
from marketplace.edge.acts import files as file_acts
from marketplace.edge.acts import merchants as acts
from marketplace.edge.identity import require_actor
from marketplace.edge.requests import merchants as requests
from marketplace.edge.requests.payments import CursorQuery
from marketplace.files import queries as files
from marketplace.kernel import clock
from marketplace.kernel.db import in_unit_of_work, reading
from marketplace.merchants import queries
from marketplace.merchants.queries import requirements as required
from marketplace.merchants.queries import watching
from marketplace.merchants.rules.requirements import FIXED, Kind
from marketplace.reference.rules import RCEP

api = Blueprint("api_merchants", __name__)


@api.get("/merchant-applications")
@operation(
    answers={200: Items[answers.Application]},
    tag="merchants",
    permission=Permission.MERCHANT_APPLICATION_READ,
    query=requests.Queue,
)
def applications(query: requests.Queue) -> tuple[int, Items[answers.Application]]:
    """List applications, the oldest first: to reviewers every company's, to a company its own."""
    actor = require_actor()
    reviews = actor.may(Permission.OPERATOR_MERCHANT_REVIEW)
    page = queries.applications(
        reading(), state=query.state, company_id=None if reviews else actor.company, cursor=query.cursor
    )
    return 200, Items[answers.Application](items=[answers.Application.of(row) for row in page.items], next=page.next)


@api.post("/merchant-applications")
@operation(
    answers={201: Created}, tag="merchants", permission=Permission.COMPANY_MERCHANT_APPLY, body=requests.Application
)
def apply(body: requests.Application) -> tuple[int, Created]:
    """Apply to sell; the licence is a file handed in before with purpose ``licence``.

    Naming the company's first account, it needs ``code``.
    """
    return 201, Created(id=acts.apply(body))


@api.get("/merchant-applications/<uuid:application_id>")
@operation(answers={200: answers.Application}, tag="merchants", permission=Permission.MERCHANT_APPLICATION_READ)
def application(application_id: UUID) -> tuple[int, answers.Application]:
    """Show an application to reviewers and to its company."""
    return 200, answers.Application.of(_visible(application_id))


@api.get("/merchant-applications/<uuid:application_id>/licence")
@operation(answers={200: None}, tag="merchants", permission=Permission.MERCHANT_APPLICATION_READ)
def licence(application_id: UUID) -> tuple[int, Any]:
    """Give the licence that was handed in, to reviewers and to its company."""
    return 200, file_acts.give(files.get_any(reading(), file_id=_visible(application_id).licence_file_id))


@api.get("/merchant-applications/<uuid:application_id>/lookalikes")
@operation(answers={200: Items[answers.Lookalike]}, tag="merchants", permission=Permission.OPERATOR_MERCHANT_REVIEW)
def lookalikes(application_id: UUID) -> tuple[int, Items[answers.Lookalike]]:
    """List other companies of which the name looks like the one applied with: case, accents and script say nothing."""
    row = queries.application(reading(), application_id=application_id)
    found = directory.lookalikes(reading(), company_id=row.company_id, name=row.legal_name)
    return 200, Items[answers.Lookalike](items=[answers.Lookalike.of(each) for each in found], next=None)


@api.post("/merchant-applications/<uuid:application_id>/decision")
@operation(
    answers={200: answers.Application},
    tag="merchants",
    permission=Permission.OPERATOR_MERCHANT_REVIEW,
    body=requests.Decision,
)
def decide(application_id: UUID, body: requests.Decision) -> tuple[int, answers.Application]:
    """Approve, reject or ask for changes, once, with a reason.

    ``name_taken`` refuses a name that looks like a known company's, unless ``despite_name`` lets both stand.
    """
    in_unit_of_work(lambda session: acts.decide(session, application_id, body))
    return 200, answers.Application.of(queries.application(reading(), application_id=application_id))


@api.post("/merchants/<uuid:company_id>/standing")
@operation(answers={204: None}, tag="merchants", permission=Permission.OPERATOR_MERCHANT_REVIEW, body=requests.Standing)
def set_standing(company_id: UUID, body: requests.Standing) -> tuple[int, None]:
    """Suspend a merchant, which stops new orders, or reinstate it."""
    in_unit_of_work(lambda session: acts.set_standing(session, company_id, body))
    return 204, None


@api.get("/merchant")
@operation(answers={200: answers.Merchant}, tag="merchants", permission=Permission.COMPANY_MERCHANT_APPLY)
def merchant() -> tuple[int, answers.Merchant]:
    """Say how the asker's company stands and what it still has to show."""
    company_id = require_actor().company
    found = queries.merchant_of(reading(), company_id=company_id)
    items = required.requirements_of(reading(), company_id=company_id, today=clock.now().date())
    return 200, answers.Merchant(
        company_id=company_id,
        state=found.state if found else None,
        requirements=[answers.Item.of(row) for row in items],
    )


@api.post("/merchant/papers")
@operation(answers={201: Created}, tag="merchants", permission=Permission.COMPANY_PROFILE_EDIT, body=requests.Paper)
def hand_in(body: requests.Paper) -> tuple[int, Created]:
    """Show a paper for an item that the asker's company is asked for: a new licence, too; a reviewer looks at it."""
    return 201, Created(id=in_unit_of_work(lambda session: acts.hand_in(session, body)))


@api.get("/merchant/papers/<uuid:paper_id>")
@operation(answers={200: None}, tag="merchants", permission=Permission.MERCHANT_APPLICATION_READ)
def paper(paper_id: UUID) -> tuple[int, Any]:
    """Give a paper that was handed in, to reviewers and to its company."""
    actor = require_actor()
    reviews = actor.may(Permission.OPERATOR_MERCHANT_REVIEW)
    found = required.paper(reading(), paper_id=paper_id, company_id=None if reviews else actor.company)
    return 200, file_acts.give(files.get_any(reading(), file_id=found.file_id))


@api.get("/merchants/<uuid:company_id>/requirements")
@operation(
    answers={200: Items[answers.Judged]},
    tag="merchants",
    permission=Permission.OPERATOR_MERCHANT_REVIEW,
    query=requests.Asking,
)
def requirements(company_id: UUID, query: requests.Asking) -> tuple[int, Items[answers.Judged]]:
    """List what a company is asked for and how each item stands.

    ``kind``: as what it is asked; left out, a trader as one that sells, a partner as what it does here.
    """
    found = required.requirements_of(reading(), company_id=company_id, today=clock.now().date(), kind=query.kind)
    return 200, Items[answers.Judged](items=[answers.Judged.of(row) for row in found], next=None)


@api.get("/merchants/<uuid:company_id>/rulings")
@operation(answers={200: Items[answers.Ruling]}, tag="merchants", permission=Permission.OPERATOR_MERCHANT_REVIEW)
def rulings(company_id: UUID) -> tuple[int, Items[answers.Ruling]]:
    """List everything that was said of a company's items, the newest first."""
    accounts.get_company(reading(), company_id=company_id)
    found = required.rulings_of(reading(), company_id=company_id)
    return 200, Items[answers.Ruling](items=[answers.Ruling.of(row) for row in found], next=None)


@api.post("/merchants/<uuid:company_id>/rulings")
@operation(answers={204: None}, tag="merchants", permission=Permission.OPERATOR_MERCHANT_REVIEW, body=requests.Ruling)
def rule(company_id: UUID, body: requests.Ruling) -> tuple[int, None]:
    """Accept, reject or waive an item of a company; the last that is said of what it shows counts.

    ``evidence_changed`` refuses it when the company shows something else than ``mark`` names.
    """
    in_unit_of_work(lambda session: acts.rule(session, company_id, body))
    return 204, None


@api.get("/requirements")
@operation(
    answers={200: Items[answers.Watched]},
    tag="merchants",
    permission=Permission.OPERATOR_MERCHANT_REVIEW,
    query=CursorQuery,
)
def watched(query: CursorQuery) -> tuple[int, Items[answers.Watched]]:
    """List what has to be looked at: papers nobody saw, and what ends within 30 days.

    What is asked of who applies to sell is looked at with the application.
    """
    page = watching.watched(reading(), today=clock.now().date(), cursor=query.cursor).map(answers.Watched.of)
    return 200, Items[answers.Watched](items=list(page.items), next=page.next)


@api.get("/requirement-rules")
@operation(
    answers={200: Items[answers.Choice]},
    tag="merchants",
    public_because="who wants to sell or buy knows beforehand what is asked for",
    query=requests.Asking,
)
def choices(query: requests.Asking) -> tuple[int, Items[answers.Choice]]:
    """List what companies of each country are asked for, as ``kind``: left out, as companies that sell."""
    kind = query.kind or Kind.MERCHANT
    found = required.asked_everywhere(reading(), countries=tuple(sorted(RCEP)), kinds=(kind,))[kind]
    rows = [
        answers.Choice(country=country, kind=kind, item=item, asked=asked, fixed=item in FIXED[kind])
        for country, items in found.items()
        for item, asked in items.items()
    ]
    return 200, Items[answers.Choice](items=rows, next=None)


@api.put("/requirement-rules/<country>/<requirement>")
@operation(answers={204: None}, tag="merchants", permission=Permission.OPERATOR_SETTINGS_EDIT, body=requests.Choice)
def choose(country: str, requirement: str, body: requests.Choice) -> tuple[int, None]:
    """Choose whether companies of a country are asked for an item, from now on."""
    in_unit_of_work(lambda session: acts.choose(session, country, requirement, body))
    return 204, None


@api.get("/payees")
@operation(
    answers={200: Items[answers.Payee]}, tag="merchants", permission=Permission.COMPANY_PAYEE_EDIT, query=CursorQuery
)
def payees(query: CursorQuery) -> tuple[int, Items[answers.Payee]]:
    """List every account the asker's company named, the newest first."""
    page = queries.payees(reading(), company_id=require_actor().company, cursor=query.cursor).map(answers.Payee.of)
    return 200, Items[answers.Payee](items=list(page.items), next=page.next)


@api.post("/payees")
@operation(
    answers={201: Created},
    tag="merchants",
    permission=Permission.COMPANY_PAYEE_EDIT,
    body=requests.Account,
    idempotent_flow=True,
)
def name_payee(body: requests.Account, key: str) -> tuple[int, Created]:  # noqa: ARG001  the flow resumes by nothing
    """Name the account in a currency; all but a company's first count after 72 hours, and ``code`` is needed."""
    return 201, Created(id=acts.name_payee(body))


@api.post("/payees/<uuid:payee_id>/withdrawal")
@operation(answers={204: None}, tag="merchants", permission=Permission.COMPANY_PAYEE_EDIT, body=requests.Proof)
def withdraw_payee(payee_id: UUID, body: requests.Proof) -> tuple[int, None]:
    """Take back an account that still waits; ``code`` is needed."""
    acts.withdraw_payee(payee_id, body)
    return 204, None


def _visible(application_id: UUID) -> queries.ApplicationRow:
    actor = require_actor()
    reviews = actor.may(Permission.OPERATOR_MERCHANT_REVIEW)
    return queries.application(reading(), application_id=application_id, company_id=None if reviews else actor.company)
