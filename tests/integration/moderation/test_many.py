"""Many cases decided in one go: each by itself, with a reason that stays as it read."""

import pytest
import sqlalchemy as sa

from marketplace.accounts.rules.permissions import CompanyKind, Role
from marketplace.audit.models import AuditRow
from marketplace.kernel import clock
from marketplace.kernel.db import reading, unit_of_work
from marketplace.kernel.errors import Conflict, NotAllowed, NotFound, Refused
from marketplace.kernel.ids import new_id
from marketplace.moderation import flows, queries
from marketplace.moderation.models import CaseReason
from marketplace.moderation.queries import checks, reasons
from marketplace.moderation.rules import CaseKind, CaseState
from marketplace.moderation.rules.reasons import SHIPPED
from marketplace.moderation.services import wording as writing
from marketplace.outbox.models import OutboxJob
from tests.integration.catalog.conftest import NOW, actor_in

CODE = "unclear_title"


@pytest.fixture
def loaded(city):
    with unit_of_work() as session:
        assert writing.load_reasons(session) == len(SHIPPED)
        assert writing.load_reasons(session) == 0
    return city


def seen(*cases):
    return {row.id: row.seen for row in queries.as_seen(reading(), rows=queries.some(reading(), case_ids=cases))}


def test_each_case_is_decided_by_itself(loaded):
    city = loaded
    first, second, moved, gone = (city.submit(city.seller, f"S{number}") for number in range(4))
    looked = seen(*(city.case_of(made) for made in (first, second, moved, gone))) | {new_id(): None}
    city.edit(city.seller, moved, "S2", origin="VN")
    city.decide(gone, by=city.second)
    done = flows.decide_each(
        actor=city.moderator, seen=looked, decision="request_changes", canned=CODE, reason="Line 2.", now=clock.now()
    )
    outcomes = [getattr(found, "code", found) for found in done.values()]
    assert outcomes == [CaseState.CHANGES_REQUESTED] * 2 + ["content_moved", "state", "not_found"]
    assert isinstance(list(done.values())[-1], NotFound)
    told = queries.decided(reading(), company_id=city.seller.company, listing_ids=[first])[first]
    assert told.reason_in("vi").startswith("Tiêu đề")
    assert told.reason_in("en").endswith("\nLine 2.")
    assert told.reason.startswith("标题")
    facts = reading().scalars(sa.select(AuditRow.facts).where(AuditRow.action == "moderation.request_changes")).all()
    assert [each["reason"] for each in facts] == [CODE] * 2
    assert "Line 2" not in str(facts)
    jobs = reading().scalars(sa.select(OutboxJob.args).where(OutboxJob.name == "tell")).all()
    assert sum("batch" in args for args in jobs) == 1
    assert checks.breaches(reading()) == []


def test_what_was_told_stays_as_it_read(loaded):
    city = loaded
    made = city.submit(city.seller, "A")
    city.decide(made, "reject", canned=CODE)
    admin = actor_in(city.moderator.company, CompanyKind.OPERATOR, Role.ADMIN)
    texts = {"en": "Say more.", "zh": "多说点。", "vi": "Nói thêm."}
    facts = {"code": CODE, "texts": texts, "kinds": ["listing"], "position": 1, "now": NOW}
    with unit_of_work() as session:
        writing.put_reason(session, actor=admin, retired=True, **facts)
    assert CODE not in {each.code for each in reasons.reasons(reading())}
    assert {each.code: each.texts for each in reasons.reasons(reading(), retired=True)}[CODE] == texts
    told = queries.decided(reading(), company_id=city.seller.company, listing_ids=[made])[made]
    assert told.reason_in("en").startswith("The title does not say")
    reading().rollback()
    with pytest.raises(NotAllowed), unit_of_work() as session:
        writing.put_reason(session, actor=city.moderator, retired=False, **facts)
    other = city.submit(city.seller, "B")
    with pytest.raises(Refused):
        city.decide(other, "reject", canned=CODE)
    with pytest.raises(Refused):
        city.decide(other, "reject", canned="price_wrong")
    assert reasons.reasons(reading(), kind=CaseKind.PRICE)[-1].code == "price_wrong"
    reading().rollback()
    city.decide(other, "approve")
    assert len(reading().scalars(sa.select(CaseReason.case_id)).all()) == 1


def test_only_moderators_decide_many(loaded):
    made = loaded.submit(loaded.seller, "A")
    with pytest.raises(NotAllowed):
        flows.decide_each(actor=loaded.seller, seen={loaded.case_of(made): None}, decision="approve", now=NOW)
    loaded.decide(made)
    with pytest.raises(Conflict):
        loaded.decide(made)
