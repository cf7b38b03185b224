"""Two at once: one login name, one code, one last leader, counters that lose nothing."""

from datetime import timedelta

import sqlalchemy as sa
from pyotp.totp import TOTP

from marketplace.accounts import queries
from marketplace.accounts.models import LoginCounter
from marketplace.accounts.queries import access as let_in
from marketplace.accounts.queries import closures as closure_queries
from marketplace.accounts.queries import handovers as handover_queries
from marketplace.accounts.rules.handovers import Kind, content_hash
from marketplace.accounts.rules.sign_in import Rejected, SignIn
from marketplace.accounts.services import closures, handovers, invitations, membership, second_factor, throttle, tokens
from marketplace.kernel.db import db, unit_of_work
from marketplace.kernel.errors import DomainError, NotFound
from tests.integration.accounts.conftest import NOW, City, publish
from tests.support.racing import units_at_once


def test_one_login_name_for_one_of_many(app, vault):
    with unit_of_work() as session:
        publish(session)
    results = units_at_once(app, *[lambda session: City(session, vault).register("wanted@demo.test")] * 6)
    assert sorted(str(result) for result in results if isinstance(result, DomainError)) == ["fields"] * 5


def test_two_leaders_who_remove_each_other_leave_one(app, vault):
    with unit_of_work() as session:
        publish(session)
        city = City(session, vault)
        one = city.register()
        other = city.colleague(one, roles=("owner",))

    def remove(actor, person_id):
        return lambda session: membership.end_membership(session, actor=actor, person_id=person_id, now=NOW)

    results = units_at_once(app, remove(one, other.person), remove(other, one.person))
    assert sorted(str(result) for result in results) == ["None", "last_leader {'role': 'owner'}"]
    assert len(queries.members_of(db.session(), company_id=one.company)) == 1


def test_one_invitation_lets_one_in(app, vault):
    with unit_of_work() as session:
        publish(session)
        owner = City(session, vault).register()
        token = invitations.invite(
            session, actor=owner, login="new@demo.test", roles=("sales",), locale="en", vault=vault, now=NOW
        ).token
    results = units_at_once(app, *[lambda session: City(session, vault).accept(token)] * 4)
    assert sum(isinstance(result, invitations.Joined) for result in results) == 1
    assert sum(isinstance(result, NotFound) for result in results) == 3


def test_a_code_seen_over_the_shoulder_comes_too_late(app, vault):
    with unit_of_work() as session:
        publish(session)
        city = City(session, vault)
        owner = city.register()
        secret = second_factor.enrol_totp(session, actor=owner, issuer="City", vault=vault, now=NOW).secret
        facts = {"address": "192.0.2.1", "vault": vault}
        second_factor.confirm_totp(session, actor=owner, code=TOTP(secret).at(NOW), now=NOW, **facts)
    now = city.later(minutes=2)

    def verify(session):
        return second_factor.verify_totp(session, person_id=owner.person, code=TOTP(secret).at(now), now=now, **facts)

    results = units_at_once(app, *[verify] * 4)
    assert sum(isinstance(result, SignIn) for result in results) == 1
    assert results.count(Rejected("wrong_code")) == 3


def test_no_failure_is_lost(app, vault):
    buckets = throttle.login_buckets(vault, login="owner@demo.test", address="192.0.2.1")
    units_at_once(app, *[lambda session: throttle.count_failure(session, buckets=buckets, now=NOW)] * 12)
    assert db.session().scalars(sa.select(LoginCounter.count)).all() == [12, 12, 12]


def test_two_who_close_the_same_days_close_them_once(app, vault):
    with unit_of_work() as session:
        publish(session)
        owner = City(session, vault).register()
    first, last = NOW.date() + timedelta(days=9), NOW.date() + timedelta(days=12)

    def close(session):
        return closures.enter(
            session, actor=owner, parts=["factory"], first_day=first, last_day=last, words={}, now=NOW
        )

    results = units_at_once(app, close, close, close)
    assert sorted(str(result) for result in results if isinstance(result, DomainError)) == ["fields"] * 2
    assert len(closure_queries.works(db.session(), company_id=owner.company, now=NOW).closures) == 1
    assert closure_queries.breaches(db.session()) == []


def test_both_confirm_a_hand_over_at_once_and_it_is_done_once(app, vault):
    with unit_of_work() as session:
        publish(session)
        city = City(session, vault)
        owner = city.register()
        leaver, heir = city.colleague(owner), city.colleague(owner, login="heir@demo.test")
        tokens.issue_token(session, person_id=leaver.person, company_id=leaver.company, now=NOW)
        handover_id = handovers.open_handover(
            session, actor=leaver, leaver_id=leaver.person, successor_id=heir.person, now=NOW
        )

    def held(session, company_id, person_id):
        return handover_queries.held(session, company_id, person_id, NOW)

    with unit_of_work() as session:
        items = held(session, owner.company, leaver.person)
    assert [item.kind for item in items] == [Kind.TOKEN]
    seen = content_hash(items, leaver_id=leaver.person, successor_id=heir.person)

    def confirm(actor):
        return lambda session: handovers.confirm(
            session, actor=actor, handover_id=handover_id, content_hash=seen, held=held, now=NOW
        )

    results = units_at_once(app, confirm(leaver), confirm(heir))
    assert sorted(results) == [False, True]
    assert {row.person_id for row in queries.members_of(db.session(), company_id=owner.company)} == {
        owner.person,
        heir.person,
    }
    assert let_in.tokens(db.session(), person_id=leaver.person, now=NOW) == ()
    assert handover_queries.breaches(db.session()) == []
