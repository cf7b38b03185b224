"""The queue is filtered, walked through, and weighed anew when what it rests on changes."""

import pytest
import sqlalchemy as sa

from marketplace.kernel.db import reading, unit_of_work
from marketplace.kernel.errors import Refused
from marketplace.kernel.ids import new_id
from marketplace.moderation import flows, queries
from marketplace.moderation.queries import Filters
from marketplace.moderation.services import weighing
from marketplace.outbox.models import OutboxJob
from tests.integration.catalog.conftest import DRAFT, NOW
from tests.support.statements import statements


def listed(**filters):
    return [row.listing_id for row in queries.queue(reading(), filters=Filters(**filters)).items]


def test_the_queue_is_filtered_by_what_a_case_is_about(city):
    chain = city.submit(city.seller, "A")
    fruit = city.submit(city.rival, "B", hs="0810.60", packing=None)
    up = city.publish(city.seller, "C")
    city.edit(city.seller, up, "C", origin="VN")
    assert listed() == [up, fruit, chain]
    assert listed(kind="listing") == [fruit, chain]
    assert listed(kind="listing_change") == [up]
    assert listed(category="fruit") == listed(country="VN") == listed(merchant=city.rival.company) == [fruit]
    assert listed(category="fruit", country="CN") == listed(merchant=new_id()) == []
    with pytest.raises(Refused):
        listed(kind="nonsense")


def test_one_case_leads_to_its_neighbours(city):
    made = [
        city.submit(city.seller, f"S{number}", packing=None if number % 2 else DRAFT.packing) for number in range(4)
    ]
    order = listed()
    assert order == [made[1], made[3], made[0], made[2]]
    cases = [city.case_of(listing_id) for listing_id in order]
    around = [queries.case(reading(), case_id=case_id) for case_id in cases]
    assert [found.previous for found in around] == [None, *cases[:-1]]
    assert [found.next for found in around] == [*cases[1:], None]
    assert [queries.following(reading(), case_id=case_id) for case_id in cases] == [*cases[1:], cases[-2]]
    alone = queries.case(reading(), case_id=cases[0], filters=Filters(country="VN"))
    assert (alone.previous, alone.next) == (None, None)


def test_a_decision_weighs_the_merchants_other_cases(city):
    first, other, rivals = (city.submit(actor, sku) for actor, sku in
                            ((city.seller, "A"), (city.seller, "B"), (city.rival, "C")))  # fmt: skip
    city.decide(first, "reject", reason="No.")
    jobs = reading().scalars(sa.select(OutboxJob.args).where(OutboxJob.name == weighing.JOB)).all()
    assert jobs == [{"company": str(city.seller.company)}]
    assert flows.weigh_company(city.seller.company, now=NOW) == 1
    assert flows.weigh_company(city.seller.company, now=NOW) == 0
    found = {row.listing_id: row.risk_points for row in queries.queue(reading()).items}
    assert found == {
        other: {"new_merchant": 30, "declined_before": 20},
        rivals: {"new_merchant": 30},
    }


def test_packing_that_is_added_is_seen_by_the_risk(city):
    made = city.submit(city.seller, "A", packing=None)
    case_id = city.case_of(made)
    assert queries.case(reading(), case_id=case_id).case.risk_points == {"new_merchant": 30, "no_packing": 10}
    city.edit(city.seller, made, "A")
    with unit_of_work() as session:
        assert weighing.weigh_again(session, case_ids=[case_id], now=NOW) == 1
    assert queries.case(reading(), case_id=case_id).case.risk_points == {"new_merchant": 30}


def test_cases_are_weighed_in_the_same_number_of_questions(city):
    counts = []
    for number in (1, 6):
        made = [city.case_of(city.submit(city.seller, f"N{number}.{each}")) for each in range(number)]
        with statements() as sent, unit_of_work() as session:
            weighing.weigh_again(session, case_ids=made, now=NOW)
        counts.append(len(sent))
    assert counts[0] == counts[1]
