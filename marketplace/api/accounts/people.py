"""People, partners and the audit trail over the API, for the city's admins."""

from uuid import UUID

from flask import Blueprint

from marketplace.accounts.queries import directory
from marketplace.accounts.rules.permissions import Permission
from marketplace.api.accounts import answers
from marketplace.api.shared.answers import Items
from marketplace.api.shared.operations import operation
from marketplace.audit import queries as audit
from marketplace.edge.acts import accounts as accounts_acts
from marketplace.edge.acts import people as acts
from marketplace.edge.requests import people as requests
from marketplace.kernel.db import in_unit_of_work, reading

api = Blueprint("api_people", __name__)

_ADMIT = Permission.OPERATOR_COMPANY_ADMIT
_MANAGE = Permission.OPERATOR_PERSON_MANAGE


@api.get("/people")
@operation(answers={200: Items[answers.Person]}, tag="people", permission=_MANAGE, query=requests.PersonSearch)
def people(query: requests.PersonSearch) -> tuple[int, Items[answers.Person]]:
    """List people, newest first; ``q`` finds words of a name or an address."""
    page = directory.people(reading(), words=query.q or "", cursor=query.cursor)
    return 200, Items[answers.Person](items=[answers.Person.of(row) for row in page.items], next=page.next)


@api.post("/people/<uuid:person_id>/disablement")
@operation(answers={204: None}, tag="people", permission=_MANAGE)
def disable(person_id: UUID) -> tuple[int, None]:
    """Shut a person out at once, sessions and tokens included; never oneself."""
    acts.disable(person_id)
    return 204, None


@api.post("/people/<uuid:person_id>/enablement")
@operation(answers={204: None}, tag="people", permission=_MANAGE)
def enable(person_id: UUID) -> tuple[int, None]:
    """Let a person in again."""
    acts.enable(person_id)
    return 204, None


@api.get("/partners")
@operation(answers={200: Items[answers.Partner]}, tag="people", permission=_ADMIT, query=requests.More)
def partners(query: requests.More) -> tuple[int, Items[answers.Partner]]:
    """List the partner companies, newest first."""
    page = acts.partners(cursor=query.cursor)
    return 200, Items[answers.Partner](items=[answers.Partner.of(*row) for row in page.items], next=page.next)


@api.post("/partners")
@operation(answers={201: answers.Admitted}, tag="people", permission=_ADMIT, body=requests.Partner)
def admit(body: requests.Partner) -> tuple[int, answers.Admitted]:
    """Invite a partner company; it is given work once it showed what its kind is asked for, and that was accepted."""
    locale = accounts_acts.language_asked()
    found = in_unit_of_work(lambda session: acts.admit_partner(session, body, locale=locale))
    return 201, answers.Admitted.of(found)


@api.post("/partners/<uuid:company_id>/invitations")
@operation(answers={201: answers.Admitted}, tag="people", permission=_ADMIT, body=requests.Leader)
def invite_leader(company_id: UUID, body: requests.Leader) -> tuple[int, answers.Admitted]:
    """Invite somebody to lead a partner that has no member."""
    locale = accounts_acts.language_asked()
    found = in_unit_of_work(lambda session: acts.invite_leader(session, company_id, body, locale=locale))
    return 201, answers.Admitted.of(found)


@api.get("/audit")
@operation(
    answers={200: Items[answers.AuditEntry]},
    tag="people",
    permission=Permission.OPERATOR_AUDIT_READ,
    query=requests.Trail,
)
def trail(query: requests.Trail) -> tuple[int, Items[answers.AuditEntry]]:
    """Show what happened to a thing, to things of a kind, or by a person, newest first."""
    page = audit.trail(
        reading(), subject=query.subject, subject_id=query.id, actor_id=query.person, cursor=query.cursor
    )
    return 200, Items[answers.AuditEntry](items=[answers.AuditEntry.of(row) for row in page.items], next=page.next)
