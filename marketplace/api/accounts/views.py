"""Companies, people, tokens and second factors over the API."""

from uuid import UUID

from flask import Blueprint, request

from marketplace.accounts import queries
from marketplace.accounts.queries import terms as city_terms
from marketplace.accounts.rules.permissions import Permission
from marketplace.accounts.services import terms as terms_services
from marketplace.accounts.services import tokens
from marketplace.api.accounts import answers
from marketplace.api.shared.operations import operation
from marketplace.edge import door
from marketplace.edge.acts import accounts as acts
from marketplace.edge.identity import require_actor
from marketplace.edge.requests import accounts as requests
from marketplace.kernel import clock
from marketplace.kernel.db import reading, unit_of_work
from marketplace.kernel.errors import NotAllowed, NotFound, Unauthenticated

api = Blueprint("api_accounts", __name__)

_NEWCOMER = "a newcomer has no account yet"


@api.get("/terms")
@operation(answers={200: answers.Terms}, tag="accounts", public_because=_NEWCOMER)
def terms() -> tuple[int, answers.Terms]:
    """Name the versions in force."""
    return 200, answers.Terms(labels=[row.label for row in city_terms.current(reading(), now=clock.now())])


@api.post("/companies")
@operation(answers={201: answers.Registered}, tag="accounts", public_because=_NEWCOMER, body=requests.Registration)
def register(body: requests.Registration) -> tuple[int, answers.Registered]:
    """Register a company and its owner."""
    joined = acts.register(body, locale=acts.language_asked())
    return 201, answers.Registered(company_id=joined.company_id, person_id=joined.person_id)


@api.post("/tokens")
@operation(answers={201: answers.Token}, tag="accounts", public_because="this is the login", body=requests.SignIn)
def issue_token(body: requests.SignIn) -> tuple[int, answers.Token]:
    """Exchange a password or one-time code, and the second factor where there is one, for a bearer token."""
    found = acts.prove(body)
    if found.needs_second_factor:
        if body.second_factor is None:
            raise Unauthenticated("second_factor_needed")
        found = door.by_second_factor(found.person_id, body.second_factor)
    if found.must_enrol:
        raise NotAllowed("must_enrol")
    with unit_of_work() as session:
        if body.company_id is None:
            company_id = door.company_for(session, person_id=found.person_id)
        else:
            company_id = door.chosen_company(session, person_id=found.person_id, company_id=body.company_id)
        token = tokens.issue_token(session, person_id=found.person_id, company_id=company_id, now=clock.now())
    return 201, answers.Token(token=token, company_id=company_id)


@api.delete("/tokens/current")
@operation(answers={204: None}, tag="accounts", permission=Permission.ACCOUNT_SELF)
def revoke_token() -> tuple[int, None]:
    """End the token that asks."""
    secret = request.headers["Authorization"].partition(" ")[2].strip()
    with unit_of_work() as session:
        tokens.revoke_current(session, actor=require_actor(), token=secret, now=clock.now())
    return 204, None


@api.post("/codes")
@operation(answers={202: None}, tag="accounts", public_because="this is the login", body=requests.CodeRequest)
def request_code(body: requests.CodeRequest) -> tuple[int, None]:
    """Send a one-time code to a login name; nothing says whether somebody has it."""
    acts.request_code(body)
    return 202, None


@api.post("/password-resets")
@operation(answers={204: None}, tag="accounts", public_because="this is the login", body=requests.PasswordReset)
def reset_password(body: requests.PasswordReset) -> tuple[int, None]:
    """Set a new password with a one-time code; every session and token ends."""
    acts.reset_password(body)
    return 204, None


@api.get("/companies/<uuid:company_id>")
@operation(answers={200: answers.Company}, tag="accounts", permission=Permission.ACCOUNT_SELF)
def company(company_id: UUID) -> tuple[int, answers.Company]:
    """Show the company one acts for."""
    own(company_id)
    return 200, answers.Company.of(queries.get_company(reading(), company_id=company_id))


@api.patch("/companies/<uuid:company_id>")
@operation(
    answers={200: answers.Company},
    tag="accounts",
    permission=Permission.COMPANY_PROFILE_EDIT,
    body=requests.CompanyPatch,
)
def change_company(company_id: UUID, body: requests.CompanyPatch) -> tuple[int, answers.Company]:
    """Change address, tax id, contact or name of the company one acts for; papers issued before stay as they are.

    Nothing is changed when the company is no longer at the ``version`` that was looked at.
    """
    own(company_id)
    with unit_of_work() as session:
        acts.change_company(session, body)
        return 200, answers.Company.of(queries.get_company(session, company_id=company_id))


@api.post("/companies/<uuid:company_id>/invitations")
@operation(
    answers={201: answers.Invited},
    tag="accounts",
    permission=Permission.COMPANY_MEMBERS_INVITE,
    body=requests.Invitation,
)
def invite(company_id: UUID, body: requests.Invitation) -> tuple[int, answers.Invited]:
    """Invite a colleague by e-mail address or phone number."""
    own(company_id)
    with unit_of_work() as session:
        spoken = queries.get_person(session, person_id=require_actor().person).locale
        invited = acts.invite(session, body, locale=acts.language_asked(spoken))
    return 201, answers.Invited(id=invited.invitation_id)


@api.post("/invitations/<token>/acceptance")
@operation(
    answers={201: answers.Registered},
    tag="accounts",
    public_because=_NEWCOMER,
    body=requests.InvitationAcceptance,
)
def accept_invitation(token: str, body: requests.InvitationAcceptance) -> tuple[int, answers.Registered]:
    """Join the inviting company with the token that was sent."""
    joined = acts.accept_invitation(token, body, locale=acts.language_asked())
    return 201, answers.Registered(company_id=joined.company_id, person_id=joined.person_id)


@api.get("/me")
@operation(answers={200: answers.Me}, tag="accounts", permission=Permission.ACCOUNT_SELF)
def me() -> tuple[int, answers.Me]:
    """Say whose token this is and what it may do."""
    actor = require_actor()
    person = queries.get_person(reading(), person_id=actor.person)
    waiting = city_terms.to_accept(reading(), person_id=actor.person, now=clock.now())
    return 200, answers.Me(
        person_id=person.id,
        company_id=actor.company_id,
        display_name=person.display_name,
        email=person.email,
        phone=person.phone,
        locale=person.locale,
        has_second_factor=person.has_totp,
        roles=sorted(actor.roles),
        permissions=sorted(actor.permissions),
        terms_to_accept=[row.label for row in waiting],
    )


@api.post("/me/terms")
@operation(answers={204: None}, tag="accounts", permission=Permission.ACCOUNT_SELF, body=requests.TermsAcceptance)
def accept_terms(body: requests.TermsAcceptance) -> tuple[int, None]:
    """Accept the versions in force."""
    with unit_of_work() as session:
        terms_services.accept_terms(session, actor=require_actor(), accepted=body.accepted_terms, now=clock.now())
    return 204, None


@api.post("/me/password")
@operation(answers={204: None}, tag="accounts", permission=Permission.ACCOUNT_SELF, body=requests.PasswordChange)
def change_password(body: requests.PasswordChange) -> tuple[int, None]:
    """Change the password; every session and token ends, this one too."""
    acts.change_password(body)
    return 204, None


@api.post("/me/sessions/end")
@operation(answers={204: None}, tag="accounts", permission=Permission.ACCOUNT_SELF)
def end_sessions() -> tuple[int, None]:
    """End every session and token of whoever asks."""
    acts.end_sessions()
    return 204, None


@api.post("/me/second-factor")
@operation(answers={201: answers.Enrolment}, tag="accounts", permission=Permission.ACCOUNT_SELF)
def enrol() -> tuple[int, answers.Enrolment]:
    """Begin setting up an authenticator app."""
    begun = acts.enrol()
    return 201, answers.Enrolment(secret=begun.secret, uri=begun.uri)


@api.post("/me/second-factor/confirmation")
@operation(
    answers={200: answers.RecoveryCodes},
    tag="accounts",
    permission=Permission.ACCOUNT_SELF,
    body=requests.SecondFactor,
)
def confirm_second_factor(body: requests.SecondFactor) -> tuple[int, answers.RecoveryCodes]:
    """Finish setting up with the app's first code."""
    return 200, answers.RecoveryCodes(codes=list(acts.confirm_second_factor(body)))


@api.post("/me/second-factor/removal")
@operation(answers={204: None}, tag="accounts", permission=Permission.ACCOUNT_SELF, body=requests.SecondFactor)
def remove_second_factor(body: requests.SecondFactor) -> tuple[int, None]:
    """Take the app away with a last code of it; every session and token ends, this one too."""
    acts.remove_second_factor(body)
    return 204, None


@api.get("/me/data")
@operation(answers={200: answers.PersonData}, tag="accounts", permission=Permission.ACCOUNT_SELF)
def export() -> tuple[int, answers.PersonData]:
    """Give everything the city keeps about whoever asks."""
    return 200, answers.PersonData(data=acts.own_data())


@api.post("/me/erasure")
@operation(answers={204: None}, tag="accounts", permission=Permission.ACCOUNT_SELF, body=requests.Erasure)
def erase(body: requests.Erasure) -> tuple[int, None]:
    """Erase whoever asks, for ever, after the password was given again."""
    acts.erase(body)
    return 204, None


def own(company_id: UUID) -> None:
    """Answer another's company like an unknown one."""
    if require_actor().company_id != company_id:
        raise NotFound("company")
