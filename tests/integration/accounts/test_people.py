"""People change, are shut out, exported and erased."""

import json

import pytest
import sqlalchemy as sa
from pyotp.totp import TOTP

from marketplace.accounts import queries
from marketplace.accounts.events import MembershipEnded, PersonDisabled, PersonErased
from marketplace.accounts.models import Person
from marketplace.accounts.queries import acting, export
from marketplace.accounts.rules.codes import Purpose
from marketplace.accounts.rules.permissions import CompanyKind
from marketplace.accounts.rules.sign_in import Rejected
from marketplace.accounts.services import erasure, invitations, people, second_factor, sign_in, tokens
from marketplace.kernel.db import Base
from marketplace.kernel.errors import NotAllowed, NotFound, Refused
from marketplace.kernel.ids import new_id
from tests import factories
from tests.integration.accounts.conftest import PASSWORD


def test_people_change_their_own_name_and_language(city):
    owner = city.register()
    people.update_person(city.session, actor=owner, name="Another Name", locale="zh", now=city.now)
    row = queries.get_person(city.session, person_id=owner.person)
    assert (row.display_name, row.locale) == ("Another Name", "zh")
    assert queries.find_person(city.session, login="owner@demo.test") == row
    assert queries.names_of(city.session, person_ids=[owner.person, new_id()]) == {owner.person: "Another Name"}
    with pytest.raises(Refused) as refusal:
        people.update_person(city.session, actor=owner, name=" ", locale="??", now=city.now)
    assert [error.field for error in refusal.value.errors] == ["name", "locale"]


def test_a_disabled_person_is_out_at_once_and_may_come_back(city):
    admin = city.register("admin@demo.test", CompanyKind.OPERATOR)
    owner = city.register()
    token = tokens.issue_token(city.session, person_id=owner.person, company_id=owner.company_id, now=city.now)
    with pytest.raises(NotAllowed):
        people.disable_person(city.session, actor=owner, person_id=admin.person, now=city.now)
    for _ in range(2):
        people.disable_person(city.session, actor=admin, person_id=owner.person, now=city.now)
    assert city.session.info["city.events"].count(PersonDisabled(person_id=owner.person, at=city.now)) == 1
    wanted = {"person_id": owner.person, "company_id": owner.company_id}
    assert acting.actor_of(city.session, **wanted) is None
    assert factories.bearer(city.session, token=token, now=city.now) is None
    attempt = {"login": "owner@demo.test", "password": PASSWORD, "address": "", "vault": city.vault, "now": city.now}
    assert sign_in.authenticate_password(city.session, **attempt) == Rejected()
    with pytest.raises(NotFound):
        people.end_sessions(city.session, actor=owner, now=city.now)
    for _ in range(2):
        people.enable_person(city.session, actor=admin, person_id=owner.person, now=city.now)
    assert acting.session_actor(city.session, epoch=1, **wanted) == owner
    assert factories.bearer(city.session, token=token, now=city.now) is None
    with pytest.raises(NotFound):
        people.disable_person(city.session, actor=admin, person_id=new_id(), now=city.now)


def remembered(city):
    """Return every value of every table but the messages' templates, as one text."""
    return " ".join(
        str(value)
        for table in Base.metadata.sorted_tables
        for row in city.session.execute(sa.select(table))
        for value in row
    )


def test_an_erased_person_leaves_nothing_but_an_id(city):
    owner = city.register("stays@demo.test")
    person = city.colleague(owner, "unforgettable@demo.test", roles=("owner",))
    people.update_person(city.session, actor=person, name="Unforgettable Name", locale="en", now=city.now)
    begun = second_factor.enrol_totp(city.session, actor=person, issuer="City", vault=city.vault, now=city.now)
    second_factor.confirm_totp(
        city.session,
        actor=person,
        code=TOTP(begun.secret).at(city.now),
        address="192.0.2.1",
        vault=city.vault,
        now=city.now,
    )
    door = {"login": "unforgettable@demo.test", "address": "192.0.2.1", "vault": city.vault, "now": city.now}
    sign_in.authenticate_password(city.session, password="wrong", **door)
    sign_in.request_code(city.session, purpose=Purpose.SIGN_IN, **door)
    invitations.invite(
        city.session,
        actor=owner,
        login="unforgettable@demo.test",
        roles=("sales",),
        locale="en",
        vault=city.vault,
        now=city.now,
    )
    for _ in range(2):
        erasure.erase_person(city.session, actor=person, person_id=person.person, vault=city.vault, now=city.now)
    city.session.expire_all()
    text = remembered(city).casefold()
    assert "unforgettable" not in text
    assert city.vault.fingerprint("unforgettable@demo.test") not in text
    assert str(person.person_id) in text or person.person.hex in text
    assert city.session.info["city.events"].count(PersonErased(person_id=person.person, at=city.now)) == 1
    gone = MembershipEnded(company_id=owner.company, person_id=person.person, at=city.now)
    assert gone in city.session.info["city.events"]
    assert queries.get_person(city.session, person_id=person.person).display_name == ""
    assert queries.names_of(city.session, person_ids=[person.person]) == {person.person: ""}


def test_the_name_is_free_again_after_erasure(city):
    owner = city.register()
    erasure.erase_person(city.session, actor=owner, person_id=owner.person, vault=city.vault, now=city.now)
    assert city.register().person_id != owner.person_id


def test_who_manages_people_erases_others_and_nobody_else_does(city):
    admin = city.register("admin@demo.test", CompanyKind.OPERATOR)
    owner = city.register()
    stranger = city.register("stranger@demo.test")
    for person_id in (owner.person, new_id()):
        with pytest.raises(NotFound):
            erasure.erase_person(city.session, actor=stranger, person_id=person_id, vault=city.vault, now=city.now)
    erasure.erase_person(city.session, actor=admin, person_id=owner.person, vault=city.vault, now=city.now)
    with pytest.raises(NotFound):
        people.enable_person(city.session, actor=admin, person_id=owner.person, now=city.now)


def test_the_database_itself_keeps_the_erased_empty(city):
    owner = city.register()
    erasure.erase_person(city.session, actor=owner, person_id=owner.person, vault=city.vault, now=city.now)
    with pytest.raises(sa.exc.IntegrityError), city.session.begin_nested():
        city.session.execute(sa.update(Person).where(Person.id == owner.person).values(name="back again"))


def test_an_export_holds_everything_kept(city):
    owner = city.register()
    tokens.issue_token(city.session, person_id=owner.person, company_id=owner.company_id, now=city.now)
    found = export.export_person(city.session, person_id=owner.person)
    assert json.loads(json.dumps(found)) == found
    assert (found["name"], found["email"], found["phone"]) == ("An Owner", "owner@demo.test", None)
    assert [row["roles"] for row in found["memberships"]] == [["owner"]]
    assert {f"{row['kind']}:{row['version']}" for row in found["terms_accepted"]} == {"terms:1", "privacy:1"}
    assert len(found["tokens"]) == 1
    with pytest.raises(NotFound):
        export.export_person(city.session, person_id=new_id())
    with pytest.raises(NotFound):
        queries.get_company(city.session, company_id=new_id())
