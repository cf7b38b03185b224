"""Members of one's company, one's own name and one's own tokens over the API."""

from uuid import UUID

from flask import Blueprint

from marketplace.accounts import queries
from marketplace.accounts.queries import access as let_in
from marketplace.accounts.queries import units as unit_queries
from marketplace.accounts.rules.permissions import Permission
from marketplace.api.accounts import answers
from marketplace.api.accounts.views import own
from marketplace.api.shared.answers import Created, Items
from marketplace.api.shared.operations import operation
from marketplace.edge.acts import people as acts
from marketplace.edge.identity import require_actor
from marketplace.edge.requests import people as requests
from marketplace.kernel import clock
from marketplace.kernel.db import in_unit_of_work, reading

api = Blueprint("api_members", __name__)

_SELF = Permission.ACCOUNT_SELF


@api.get("/companies/<uuid:company_id>/members")
@operation(answers={200: Items[answers.Member]}, tag="accounts", permission=_SELF)
def members(company_id: UUID) -> tuple[int, Items[answers.Member]]:
    """List the members of the company one acts for."""
    own(company_id)
    rows = queries.members_of(reading(), company_id=company_id)
    return 200, Items[answers.Member](items=[answers.Member.of(row) for row in rows])


@api.put("/companies/<uuid:company_id>/members/<uuid:person_id>")
@operation(answers={204: None}, tag="accounts", permission=Permission.COMPANY_MEMBERS_EDIT, body=requests.MemberRoles)
def change_roles(company_id: UUID, person_id: UUID, body: requests.MemberRoles) -> tuple[int, None]:
    """Give a member exactly these roles; somebody must still lead."""
    own(company_id)
    acts.change_roles(person_id, body)
    return 204, None


@api.delete("/companies/<uuid:company_id>/members/<uuid:person_id>")
@operation(answers={204: None}, tag="accounts", permission=_SELF)
def end_membership(company_id: UUID, person_id: UUID) -> tuple[int, None]:
    """Remove a member, or leave oneself; tokens for the company end, and somebody must still lead."""
    own(company_id)
    acts.end_membership(person_id)
    return 204, None


@api.patch("/me")
@operation(answers={204: None}, tag="accounts", permission=_SELF, body=requests.Profile)
def change_profile(body: requests.Profile) -> tuple[int, None]:
    """Change one's own name or language."""
    acts.change_profile(body)
    return 204, None


@api.get("/me/tokens")
@operation(answers={200: Items[answers.OwnToken]}, tag="accounts", permission=_SELF)
def tokens() -> tuple[int, Items[answers.OwnToken]]:
    """List one's own tokens that are still good, newest first."""
    rows = let_in.tokens(reading(), person_id=require_actor().person, now=clock.now())
    return 200, Items[answers.OwnToken](items=[answers.OwnToken.of(row) for row in rows])


@api.delete("/me/tokens/<uuid:token_id>")
@operation(answers={204: None}, tag="accounts", permission=_SELF)
def revoke_token(token_id: UUID) -> tuple[int, None]:
    """End one of one's own tokens."""
    acts.revoke_token(token_id)
    return 204, None


@api.post("/me/tokens")
@operation(answers={201: answers.IssuedToken}, tag="accounts", permission=_SELF, body=requests.Token)
def issue_token(body: requests.Token) -> tuple[int, answers.IssuedToken]:
    """Make a token for a program: named, for some of one's permissions (``scopes``; left out: all), 90 days by default.

    A token makes none that may more than itself.
    """
    return 201, answers.IssuedToken.of(acts.issue_token(body))


@api.get("/me/sessions")
@operation(answers={200: Items[answers.OwnSession]}, tag="accounts", permission=_SELF)
def sessions() -> tuple[int, Items[answers.OwnSession]]:
    """List the browsers in which one is logged in, the last seen first."""
    rows = let_in.sessions(reading(), person_id=require_actor().person, now=clock.now())
    return 200, Items[answers.OwnSession](items=[answers.OwnSession.of(row) for row in rows])


@api.delete("/me/sessions/<uuid:session_id>")
@operation(answers={204: None}, tag="accounts", permission=_SELF)
def end_session(session_id: UUID) -> tuple[int, None]:
    """End one of one's own sessions."""
    acts.end_session(session_id)
    return 204, None


@api.get("/companies/<uuid:company_id>/units")
@operation(answers={200: Items[answers.UnitAnswer]}, tag="accounts", permission=Permission.COMPANY_MEMBERS_EDIT)
def units(company_id: UUID) -> tuple[int, Items[answers.UnitAnswer]]:
    """List the open units of the company one acts for."""
    own(company_id)
    rows = queries.units_of(reading(), company_id=company_id)
    return 200, Items[answers.UnitAnswer](items=[answers.UnitAnswer.of(row) for row in rows])


@api.post("/companies/<uuid:company_id>/units")
@operation(answers={201: Created}, tag="accounts", permission=Permission.COMPANY_MEMBERS_EDIT, body=requests.Unit)
def open_unit(company_id: UUID, body: requests.Unit) -> tuple[int, Created]:
    """Open a unit with the cost centre of its orders."""
    own(company_id)
    return 201, Created(id=in_unit_of_work(lambda session: acts.open_unit(session, body)))


@api.get("/companies/<uuid:company_id>/cost-centres")
@operation(answers={200: answers.CostCentres}, tag="accounts", permission=Permission.COMPANY_MEMBERS_EDIT)
def cost_centres(company_id: UUID) -> tuple[int, answers.CostCentres]:
    """Tell whether papers of what the company orders print the cost centre."""
    own(company_id)
    return 200, answers.CostCentres(printed=unit_queries.prints_cost_centre(reading(), company_id=company_id))


@api.put("/companies/<uuid:company_id>/cost-centres")
@operation(answers={204: None}, tag="accounts", permission=Permission.COMPANY_MEMBERS_EDIT, body=requests.CostCentres)
def print_cost_centres(company_id: UUID, body: requests.CostCentres) -> tuple[int, None]:
    """Let papers of what is ordered from now on print the cost centre, or no longer; papers of before stay."""
    own(company_id)
    acts.print_cost_centres(body)
    return 204, None


@api.post("/companies/<uuid:company_id>/units/<uuid:unit_id>/closure")
@operation(answers={204: None}, tag="accounts", permission=Permission.COMPANY_MEMBERS_EDIT)
def close_unit(company_id: UUID, unit_id: UUID) -> tuple[int, None]:
    """Close a unit that no member belongs to; its orders still show it."""
    own(company_id)
    acts.close_unit(unit_id)
    return 204, None


@api.put("/companies/<uuid:company_id>/members/<uuid:person_id>/unit")
@operation(answers={204: None}, tag="accounts", permission=Permission.COMPANY_MEMBERS_EDIT, body=requests.UnitChoice)
def assign_unit(company_id: UUID, person_id: UUID, body: requests.UnitChoice) -> tuple[int, None]:
    """Let a member belong to a unit, or to none; orders placed before keep theirs."""
    own(company_id)
    acts.assign_unit(person_id, body)
    return 204, None
