"""Companies register, colleagues join, terms are accepted."""

from datetime import timedelta

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError

from marketplace.accounts import queries
from marketplace.accounts.events import CompanyRegistered, MemberJoined
from marketplace.accounts.models import Person, TermsAcceptance
from marketplace.accounts.queries import acting
from marketplace.accounts.queries import terms as city_terms
from marketplace.accounts.rules.codes import INVITATION_LIFETIME
from marketplace.accounts.rules.companies import Address
from marketplace.accounts.rules.permissions import CompanyKind, Permission, Role
from marketplace.accounts.rules.terms import TermsKind
from marketplace.accounts.services import companies, invitations, membership, people, registration, terms
from marketplace.audit.models import AuditRow
from marketplace.kernel.actor import SYSTEM, Actor
from marketplace.kernel.errors import Conflict, NotAllowed, NotFound, Refused
from marketplace.kernel.ids import new_id
from marketplace.mail.models import MailMessage
from tests.integration.accounts.conftest import PASSWORD, TERMS


def test_a_company_registers_with_its_owner(city):
    joined = registration.register_company(
        city.session,
        name="Durian Valley",
        country="TH",
        registration_number="0105561234567",
        person_name="A Seller",
        login="081 234 5678",
        password=PASSWORD,
        accepted_terms=TERMS,
        locale="en",
        vault=city.vault,
        now=city.now,
    )
    company = queries.get_company(city.session, company_id=joined.company_id)
    assert (company.kind, company.name, company.country) == (CompanyKind.TRADE, "Durian Valley", "TH")
    (member,) = queries.members_of(city.session, company_id=joined.company_id)
    assert (member.person_id, member.phone, member.roles) == (joined.person_id, "+66812345678", (Role.OWNER,))
    assert city_terms.to_accept(city.session, person_id=joined.person_id, now=city.now) == ()
    assert city.session.info["city.events"] == [
        MemberJoined(company_id=joined.company_id, person_id=joined.person_id, at=city.now),
        CompanyRegistered(company_id=joined.company_id, person_id=joined.person_id, at=city.now),
    ]


def test_a_login_name_is_had_once_in_whatever_case(city):
    city.register("owner@demo.test")
    with pytest.raises(Refused) as refusal:
        city.register("OWNER@demo.test")
    assert [(error.field, error.code) for error in refusal.value.errors] == [("login", "taken")]
    assert city.session.scalar(sa.select(sa.func.count()).select_from(Person)) == 1


def test_nobody_admits_companies_without_the_right(city):
    owner = city.register()
    with pytest.raises(NotAllowed):
        registration.admit_company(
            city.session,
            actor=owner,
            kind=CompanyKind.OPERATOR,
            name="x",
            country="CN",
            registration_number="1",
            person_name="x",
            login="x@demo.test",
            password=PASSWORD,
            accepted_terms=TERMS,
            locale="en",
            vault=city.vault,
            now=city.now,
        )


def test_audit_and_events_hold_no_personal_data(city):
    owner = city.register("very.secret@demo.test", person_name="Somebody Unmistakable")
    city.colleague(owner, "colleague.secret@demo.test")
    for row in city.session.scalars(sa.select(AuditRow)):
        assert not {"very", "secret", "Unmistakable"} & set(str(row.facts).replace("@", " ").replace(".", " ").split())
    assert "secret" not in str(city.session.info["city.events"])


def test_a_colleague_is_invited_and_joins(city):
    owner = city.register()
    invited = invitations.invite(
        city.session,
        actor=owner,
        login="New@demo.test",
        roles=("sales", "finance"),
        locale="vi",
        vault=city.vault,
        now=city.now,
    )
    message = city.session.scalars(sa.select(MailMessage)).one()
    assert (message.to, message.template, message.locale) == ("new@demo.test", "invitation", "vi")
    assert message.context == {"company": "Lanxang Trading 1", "token": invited.token, "days": 7}
    found = queries.find_invitation(city.session, token=invited.token, now=city.now)
    assert queries.open_invitations(city.session, company_id=owner.company, now=city.now) == (found,)
    joined = city.accept(invited.token)
    actor = city.actor(joined.person_id, owner.company_id)
    assert actor.roles == {"finance", "sales"}
    assert queries.get_person(city.session, person_id=joined.person_id).confirmed
    assert queries.open_invitations(city.session, company_id=owner.company, now=city.now) == ()


def test_an_invitation_is_used_once_and_for_a_while(city):
    owner = city.register()
    send = {"actor": owner, "login": "new@demo.test", "roles": ("sales",), "locale": "en", "vault": city.vault}
    used = invitations.invite(city.session, now=city.now, **send)
    late = invitations.invite(city.session, now=city.now, **send)
    city.accept(used.token)
    with pytest.raises(NotFound):
        city.accept(used.token)
    city.later(seconds=INVITATION_LIFETIME.total_seconds())
    for token in (used.token, late.token, "unknown", "\ud800\x00"):
        with pytest.raises(NotFound):
            city.accept(token)
        assert queries.find_invitation(city.session, token=token, now=city.now) is None


def test_somebody_with_an_account_joins_with_it(city):
    other = city.register("other@demo.test")
    city.later(seconds=1)
    owner = city.register("owner@demo.test")
    joined = city.colleague(owner, "other@demo.test", roles=("approver",))
    assert joined.person_id == other.person_id
    assert queries.get_person(city.session, person_id=other.person).display_name == "An Owner"
    rows = queries.memberships_of(city.session, person_id=other.person)
    assert [(row.company_id, row.roles) for row in rows] == [
        (other.company_id, (Role.OWNER,)),
        (owner.company_id, (Role.APPROVER,)),
    ]


def test_a_member_is_not_invited_twice_and_the_disabled_stay_out(city):
    owner = city.register()
    admin = city.register("admin@demo.test", CompanyKind.OPERATOR)
    colleague = city.colleague(owner)
    with pytest.raises(Conflict, match="already_member"):
        city.colleague(owner)
    membership.end_membership(city.session, actor=owner, person_id=colleague.person, now=city.now)
    people.disable_person(city.session, actor=admin, person_id=colleague.person, now=city.now)
    with pytest.raises(NotFound):
        city.colleague(owner)


def test_only_who_may_invites(city):
    sales = city.colleague(city.register())
    with pytest.raises(NotAllowed):
        city.colleague(sales, "third@demo.test")


def test_roles_change_at_once_and_somebody_always_leads(city):
    owner = city.register()
    colleague = city.colleague(owner)
    with pytest.raises(Conflict, match="last_leader"):
        membership.change_roles(city.session, actor=owner, person_id=owner.person, roles=("sales",), now=city.now)
    with pytest.raises(Conflict, match="last_leader"):
        membership.end_membership(city.session, actor=owner, person_id=owner.person, now=city.now)
    membership.change_roles(city.session, actor=owner, person_id=colleague.person, roles=("owner",), now=city.now)
    assert city.actor(colleague.person_id, owner.company_id).may(Permission.COMPANY_MEMBERS_INVITE)
    membership.end_membership(city.session, actor=owner, person_id=owner.person, now=city.now)
    assert acting.actor_of(city.session, person_id=owner.person, company_id=owner.company_id) is None


def test_nobody_takes_power_over_the_citys_money_alone(city):
    admin = city.register("admin@demo.test", CompanyKind.OPERATOR)
    with pytest.raises(NotAllowed, match="second_admin"):
        city.colleague(admin, "till@demo.test", ("treasury",))
    till = city.colleague(admin, "till@demo.test", ("moderator",))

    def give(grantor, grantee, *roles):
        membership.change_roles(city.session, actor=grantor, person_id=grantee.person, roles=roles, now=city.now)

    for role in ("treasury", "moderator"):
        with pytest.raises(NotAllowed, match="own_roles"):
            give(admin, admin, "admin", role)
    for role in ("treasury", "admin"):
        with pytest.raises(NotAllowed, match="second_admin"):
            give(admin, till, role)
    # One admin alone: whoever runs the machine appoints the second, who gives what the first cannot.
    membership.appoint(
        city.session, actor=SYSTEM, company_id=admin.company, person_id=till.person, roles=("admin",), now=city.now
    )
    second = city.actor(till.person, admin.company)
    give(second, admin, "admin", "treasury")
    give(second, admin, "admin")
    give(second, second, "admin")
    assert Permission.OPERATOR_PAYOUT_APPROVE not in city.actor(admin.person, admin.company).permissions


def test_foreign_people_answer_like_unknown_ones(city):
    owner = city.register()
    stranger = city.register("stranger@demo.test")
    answers = []
    for person_id in (stranger.person, new_id()):
        with pytest.raises(NotFound) as refusal:
            membership.end_membership(city.session, actor=owner, person_id=person_id, now=city.now)
        answers.append((refusal.value.code, refusal.value.facts))
    assert answers[0] == answers[1]


def test_a_company_keeps_its_profile(city):
    owner = city.register()
    address = Address("1 Quay Road", "Vientiane", "", "01000")
    said = companies.Profile("Lanxang Export", "123456789", address, "Export desk")
    companies.update_company(city.session, actor=owner, profile=said, version=1, now=city.now)
    row = queries.get_companies(city.session, company_ids=[owner.company, new_id()])[owner.company]
    assert (row.name, row.tax_id, row.street, row.city, row.postcode) == (
        "Lanxang Export", "123456789", "1 Quay Road", "Vientiane", "01000"
    )  # fmt: skip
    assert row in queries.companies_of_kind(city.session, kind=CompanyKind.TRADE)
    wrong = companies.Profile("", "x" * 65, Address(city="\n\0"))
    with pytest.raises(Refused) as refusal:
        companies.update_company(city.session, actor=owner, profile=wrong, version=2, now=city.now)
    assert [error.field for error in refusal.value.errors] == ["name", "tax_id", "city"]
    with pytest.raises(Conflict) as conflict:
        companies.update_company(city.session, actor=owner, profile=said, version=1, now=city.now)
    assert (conflict.value.code, conflict.value.facts["version"]) == ("company_changed", 2)


def test_a_verified_name_is_the_licences(city):
    owner = city.register()
    companies.verify_company(
        city.session, actor=SYSTEM, company_id=owner.company, name="Lanxang Ltd.", registration_number="01-7",
        now=city.now,
    )  # fmt: skip
    row = queries.get_company(city.session, company_id=owner.company)
    assert (row.name, row.registration_number, row.verified_at) == ("Lanxang Ltd.", "01-7", city.now)
    profile = companies.Profile("Another Ltd.")
    with pytest.raises(Refused) as refusal:
        companies.update_company(city.session, actor=owner, profile=profile, version=row.version, now=city.now)
    assert [(error.field, error.accepted) for error in refusal.value.errors] == [("name", "Lanxang Ltd.")]


def test_new_terms_wait_to_be_accepted(city):
    owner = city.register()
    terms.publish_terms(
        city.session, actor=SYSTEM, kind=TermsKind.TERMS, version="2", text_key="terms.2", now=city.later(days=1)
    )
    (waiting,) = city_terms.to_accept(city.session, person_id=owner.person, now=city.now)
    assert waiting.label == "terms:2"
    assert city_terms.in_force(city.session, kind=TermsKind.TERMS, now=city.now) == waiting
    assert city_terms.in_force(city.session, kind=TermsKind.TERMS, now=city.now - timedelta(days=2)) is None
    with pytest.raises(Refused):
        terms.accept_terms(city.session, actor=owner, accepted=["terms:1", "privacy:1"], now=city.now)
    terms.accept_terms(city.session, actor=owner, accepted=["terms:2", "privacy:1"], now=city.now)
    assert city_terms.to_accept(city.session, person_id=owner.person, now=city.now) == ()
    with pytest.raises(NotAllowed):
        terms.publish_terms(
            city.session, actor=owner, kind=TermsKind.TERMS, version="3", text_key="terms.3", now=city.now
        )


def test_what_was_agreed_to_cannot_be_changed(city):
    city.register()
    with pytest.raises(DBAPIError, match="insert-only"), city.session.begin_nested():
        city.session.execute(sa.update(TermsAcceptance).values(accepted_at=city.later(days=1)))


def test_one_query_says_who_acts(city):
    owner = city.register()
    statements = []
    sa.event.listen(city.session.get_bind(), "before_cursor_execute", lambda *a: statements.append(a[2]))
    found = acting.session_actor(city.session, person_id=owner.person, company_id=owner.company_id, epoch=0)
    assert found == owner
    assert len(statements) == 1


def test_without_a_company_one_looks_after_oneself(city):
    owner = city.register()
    alone = acting.actor_of(city.session, person_id=owner.person, company_id=None)
    assert alone == Actor(owner.person_id, None, permissions=frozenset({"account:self"}))
    assert acting.reader(city.session, actor=alone) == acting.Reader("An Owner", None, None)
    assert acting.reader(city.session, actor=owner) == acting.Reader("An Owner", "Lanxang Trading 1", "LA")
