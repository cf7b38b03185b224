"""What changes hardly ever is read once in a process, and anew as soon as anybody changes it, however he does."""

from datetime import timedelta

import pytest
import sqlalchemy as sa
from flask import g

from marketplace.accounts.queries import acting
from marketplace.customs.services import load_restrictions
from marketplace.kernel import clock, editions
from marketplace.kernel.actor import SYSTEM
from marketplace.kernel.db import reading, unit_of_work
from marketplace.kernel.errors import Conflict
from marketplace.kernel.ids import new_id
from marketplace.reference import queries, services
from tests import factories
from tests.support.statements import statements

pytestmark = pytest.mark.postgres

KEY = "HOLD_CARD_MINUTES"
# A change of each watched table that changes nothing else, as somebody would make it by hand.
BY_HAND = {
    "place": "UPDATE place SET source = 'by hand' WHERE code = 'VNHAN'",
    "fx_rate": "DELETE FROM fx_rate",
    "dated_setting": "INSERT INTO dated_setting (id, key, value, valid_from) VALUES (:id, 'DUNNING', '3', :at)",
    "closure": "INSERT INTO closure (country, day, source) VALUES ('LA', '2027-01-06', 'by hand')",
    "customs_restriction": "DELETE FROM customs_restriction",
    "emission_factor": (
        "INSERT INTO emission_factor (id, mode, mg_per_tkm, source, valid_from)"
        " VALUES (:id, 'road', 90000, 'by hand', :at)"
    ),
    "leg": "UPDATE leg SET source = 'by hand'",
    "line": "UPDATE line SET name = 'by hand'",
    "tariff": "UPDATE tariff SET note = 'by hand'",
    "tariff_terms": "INSERT INTO tariff_terms (tariff_id, content) SELECT id, '{}' FROM tariff",
    "fee_rule": (
        "INSERT INTO fee_rule (id, kind, basis, share_bp, minimum_minor, currency, grace_minutes, free_days,"
        " valid_from, source, is_fictitious, created_at)"
        " VALUES (:id, 'no_show', 'percent', 5000, 0, 'CNY', 0, 0, '2027-01-01', 'by hand', true, :at)"
    ),
    "centre_offer": (
        "INSERT INTO centre_offer (listing_id, centre_id, status, currency, incoterm, offered_at)"
        " SELECT listing.id, centre.id, 'bonded', 'CNY', 'FCA', '2027-01-01 00:00:00' FROM listing, centre"
    ),
}
CENTRE = (
    "INSERT INTO centre (id, place_code, company_id, version, created_at)"
    " SELECT :id, 'VNHAN', id, 1, '2027-01-01 00:00:00' FROM company LIMIT 1"
)


@pytest.fixture
def market(app):
    opened = factories.open_market(app)
    # A market that other tests began with has the stamp under which they read it.
    app.extensions.pop("city.kept", None)
    return opened


def stamp():
    session = reading()
    session.rollback()
    return session.execute(sa.select(editions.Edition.stamp)).scalar_one()


def begin():
    """Do what the beginning of a request does."""
    g.pop("city_edition", None)
    editions.note(stamp())
    reading().rollback()


def minutes(session):
    return queries.setting(session, KEY, at=clock.now() + timedelta(days=1))


def change(session, value):
    at = clock.now() + timedelta(minutes=value)
    services.change_setting(session, actor=SYSTEM, key=KEY, value=value, valid_from=at, now=clock.now())


@pytest.mark.both_databases
def test_every_watched_table_leaves_a_stamp_however_it_is_changed(app, market):
    assert set(BY_HAND) == editions.WATCHED
    with unit_of_work() as session:
        services.load_rates(session)
        load_restrictions(session)
        session.execute(sa.text(CENTRE), {"id": new_id().hex})
    seen = [stamp()]
    for statement in BY_HAND.values():
        with unit_of_work() as session:
            given = {"id": new_id().hex, "at": "2027-01-01 00:00:00"}
            session.execute(
                sa.text(statement), {name: value for name, value in given.items() if f":{name}" in statement}
            )
        seen.append(stamp())
    assert len(set(seen)) == len(seen)


@pytest.mark.both_databases
def test_a_second_request_reads_nothing_that_stayed_as_it_was(app, market):
    begin()
    first = minutes(reading()), queries.places(reading())
    begin()
    with statements() as sent:
        assert (minutes(reading()), queries.places(reading())) == first
        queries.fx(reading(), base="CNY", quote="VND", on=clock.now().date())
        queries.fx(reading(), base="CNY", quote="VND", on=clock.now().date())
        assert queries.fx(reading(), base="CNY", quote="XXX", on=clock.now().date()) is None
        assert queries.fx(reading(), base="CNY", quote="XXX", on=clock.now().date()) is None
    assert len([statement for statement in sent if "fx_rate" in statement]) == 2
    assert [statement for statement in sent if "dated_setting" in statement] == []


@pytest.mark.both_databases
def test_what_somebody_else_changed_is_read_anew(app, market):
    begin()
    assert minutes(reading()) == 15
    with unit_of_work() as session:
        change(session, 20)
    begin()
    assert minutes(reading()) == 20


def _change_and_fail():
    with unit_of_work() as session:
        change(session, 20)
        assert minutes(session) == 20
        change(session, -1)


@pytest.mark.both_databases
def test_what_is_not_committed_is_seen_by_nobody_else(app, market):
    begin()
    before = minutes(reading())
    with pytest.raises(Conflict, match="setting_past"):
        _change_and_fail()
    begin()
    assert minutes(reading()) == before


def test_without_a_stamp_nothing_is_kept(app, market):
    g.pop("city_edition", None)
    for _ in range(2):
        reading().rollback()
        with statements() as sent:
            minutes(reading())
        assert len(sent) == 1


def test_a_process_does_not_keep_without_end(app, market, monkeypatch):
    monkeypatch.setattr(editions, "_MOST", 3)
    begin()
    for number in range(9):
        assert editions.kept(("test", number), lambda number=number: number) == number
    assert len(app.extensions["city.kept"][1]) <= 4


def test_tokens_and_sessions_bring_the_stamp(app, market):
    token = acting.token_bearer(reading(), token=market.buyer.token, now=clock.now())
    assert token.edition == stamp()
    person, company = market.buyer.actor.person_id, market.buyer.actor.company_id
    epoch = reading().execute(sa.text("SELECT auth_epoch FROM person"), {}).scalars().first()
    _, found = acting.session_reader(reading(), person_id=person, company_id=company, epoch=epoch)
    assert found.edition == stamp()


@pytest.mark.both_databases
def test_a_rate_that_is_mended_by_hand_counts_from_the_next_request_on(app, market):
    headers = {"Authorization": f"Bearer {market.buyer.token}"}
    client = app.test_client()
    client.put("/api/v1/cart", json={"to": factories.HANOI}, headers=headers)
    path = f"/api/v1/cart/lines/{market.chains}"

    def cart():
        return client.put(path, json={"quantity": 40}, headers=headers).get_json()

    before = cart()
    with unit_of_work() as session:
        session.execute(sa.text("UPDATE tariff SET minimum_minor = minimum_minor + 1000000"))
    assert cart()["totals"] != before["totals"]
