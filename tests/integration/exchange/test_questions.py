"""Questions are answered once, hidden and shown by moderators, bounded, and counted on the card of their goods."""

from datetime import timedelta

import pytest
import sqlalchemy as sa

from marketplace.accounts.events import PersonErased
from marketplace.accounts.queries.closures import local_day
from marketplace.accounts.rules.closures import Part
from marketplace.accounts.services import closures
from marketplace.audit.models import AuditRow
from marketplace.catalog.queries import shelf
from marketplace.catalog.services import listings
from marketplace.exchange.flows import questions as flows
from marketplace.exchange.models.remarks import Question, Remark
from marketplace.exchange.queries import questions as queries
from marketplace.exchange.queries import remarks as said
from marketplace.exchange.rules.questions import MOST_A_DAY, MOST_WAITING, QuestionState
from marketplace.exchange.services import questions, remarks
from marketplace.kernel import clock
from marketplace.kernel.db import reading, unit_of_work
from marketplace.kernel.errors import Conflict, NotAllowed, NotFound, Refused, TooMany
from tests import factories
from tests.support.invariants import fresh


def ask(trader, listing_id, text="Which steel?", *, language="en", is_private=False, now=None):
    with unit_of_work() as session:
        return questions.ask(
            session, actor=trader.actor, listing_id=listing_id, text=text, language=language, is_private=is_private,
            now=now or clock.now(),
        )  # fmt: skip


def answer(trader, question_id, text="40Mn."):
    with unit_of_work() as session:
        questions.answer(
            session, actor=trader.actor, question_id=question_id, text=text, language="en", now=clock.now()
        )


def carried(listing_id):
    return shelf.listing(fresh(), viewer=None, listing_id=listing_id).said


def texts(listing_id):
    return [row.body for row in queries.shown(reading(), listing_id=listing_id).items]


def test_a_public_question_is_read_once_it_is_answered(market):
    made = ask(market.buyer, market.chains)
    assert (carried(market.chains).questions, texts(market.chains)) == (0, [])
    answer(market.merchant, made)
    assert (carried(market.chains).questions, texts(market.chains)) == (1, ["Which steel?"])
    assert said.breaches(reading()) == []
    with pytest.raises(Conflict):
        answer(market.merchant, made)
    with pytest.raises(Conflict), unit_of_work() as session:
        questions.withdraw(session, actor=market.buyer.actor, question_id=made, now=clock.now())
    actions = reading().scalars(sa.select(AuditRow.action).where(AuditRow.subject == "question")).all()
    assert actions == ["question.asked", "question.answered"]


def test_a_private_one_is_never_read_by_others(market, moderator):
    made = ask(market.buyer, market.chains, "Reach me at hoa@hanoi.vn", is_private=True)
    answer(market.merchant, made, "Call +86 23 6666 8888")
    assert (carried(market.chains).questions, texts(market.chains)) == (0, [])
    assert said.public(reading()).items == ()
    private = reading().scalars(sa.select(Remark.id)).first()
    with pytest.raises(NotFound), unit_of_work() as session:
        remarks.hide(session, actor=moderator, remark_id=private, reason="x", now=clock.now())
    with pytest.raises(NotFound):
        queries.question(reading(), question_id=made, company_id=market.thai.company)


def test_two_who_answer_at_once_give_one_answer(market, at_once):
    made = ask(market.buyer, market.chains)

    def work(session, number):
        text = f"Answer {number}."
        questions.answer(
            session, actor=market.merchant.actor, question_id=made, text=text, language="en", now=clock.now()
        )
        return text

    results = at_once(work, *range(6))
    (given,) = [each for each in results if each != "state"]
    assert len(results) == 6
    assert fresh().scalars(sa.select(Remark.body).where(Remark.kind == "answer")).all() == [given]
    assert carried(market.chains).questions == 1


def test_an_answer_and_a_withdrawal_at_once_are_one_of_them(market, at_once):
    made = ask(market.buyer, market.chains)
    work = {
        "answer": lambda session: questions.answer(
            session, actor=market.merchant.actor, question_id=made, text="Yes.", language="en", now=clock.now()
        ),
        "withdraw": lambda session: questions.withdraw(
            session, actor=market.buyer.actor, question_id=made, now=clock.now()
        ),
    }
    results = at_once(lambda session, name: (work[name](session), name)[1], *work)
    assert sorted(results, key=str).count("state") == 1
    state = fresh().get_one(Question, made).state
    assert state is (QuestionState.ANSWERED if "answer" in results else QuestionState.WITHDRAWN)
    assert said.breaches(reading()) == []


def test_several_answered_at_once_are_all_counted(market, at_once):
    made = [ask(market.buyer, market.chains, f"Question {number}?") for number in range(MOST_WAITING)]

    def work(session, question_id):
        questions.answer(
            session, actor=market.merchant.actor, question_id=question_id, text="Yes.", language="en", now=clock.now()
        )

    at_once(work, *made)
    assert carried(market.chains).questions == len(made)
    assert said.breaches(reading()) == []


def test_what_a_moderator_hides_is_not_read_until_it_is_shown_again(market, moderator):
    made = ask(market.buyer, market.chains)
    answer(market.merchant, made)
    for kind in ("question", "answer"):
        remark = next(row.id for row in said.public(reading()).items if row.kind == kind)
        for _ in range(2):
            with unit_of_work() as session:
                remarks.hide(session, actor=moderator, remark_id=remark, reason=" Rude. ", now=clock.now())
        assert (carried(market.chains).questions, texts(market.chains)) == (0, [])
        assert said.breaches(reading()) == []
        assert [row.id for row in said.public(reading(), hidden=True).items] == [remark]
        assert said.remark(reading(), remark_id=remark).hidden_because == "Rude."
        with unit_of_work() as session:
            remarks.show_again(session, actor=moderator, remark_id=remark, now=clock.now())
        assert (carried(market.chains).questions, texts(market.chains)) == (1, ["Which steel?"])
    rows = reading().scalars(sa.select(AuditRow).where(AuditRow.subject == "remark")).all()
    assert [row.action for row in rows] == ["remark.hidden", "remark.shown"] * 2
    assert "Rude" not in str([row.facts for row in rows])
    with pytest.raises(NotAllowed), unit_of_work() as session:
        remarks.hide(session, actor=market.merchant.actor, remark_id=remark, reason="x", now=clock.now())


def test_nobody_judges_what_his_own_company_said(app, market):
    made = ask(market.buyer, market.chains)
    answer(market.merchant, made)
    insider = factories.insider(
        app, role=factories.Role.MODERATOR, company_id=market.merchant.company, now=clock.now()
    ).actor
    found = {row.kind: row.id for row in said.public(reading()).items}
    with pytest.raises(NotAllowed), unit_of_work() as session:
        remarks.hide(session, actor=insider, remark_id=found["answer"], reason="x", now=clock.now())


def test_a_company_asks_no_more_than_is_answered(market, monkeypatch):
    now = clock.now()
    for number in range(MOST_WAITING):
        ask(market.buyer, market.chains, f"Question {number}?", now=now)
    with pytest.raises(Conflict) as refusal:
        ask(market.buyer, market.chains, now=now)
    assert refusal.value.code == "questions_waiting"
    ask(market.buyer, market.pads, now=now)
    monkeypatch.setattr(questions, "MOST_A_DAY", MOST_WAITING + 1)
    with pytest.raises(TooMany) as late:
        ask(market.buyer, market.pads, now=now + timedelta(hours=1))
    assert late.value.facts["retry_after"] == 23 * 3600
    ask(market.buyer, market.pads, now=now + timedelta(days=1))
    assert MOST_A_DAY > MOST_WAITING


def test_the_last_question_of_a_day_is_asked_once(market, at_once):
    """Members of one company ask at once: together they ask no more than one of them might."""

    def work(session, number):
        return questions.ask(
            session, actor=market.buyer.actor, listing_id=market.chains, text=f"Question {number}?", language="en",
            is_private=False, now=clock.now(),
        )  # fmt: skip

    results = at_once(work, *range(MOST_WAITING + 3))
    assert results.count("questions_waiting") == 3


def test_only_live_goods_of_others_are_asked_about(market):
    with pytest.raises(Refused) as refusal:
        ask(market.merchant, market.chains)
    assert refusal.value.errors[0].code == "own_goods"
    with pytest.raises(Refused) as refusal:
        ask(market.buyer, market.chains, "write to a@b.vn")
    assert refusal.value.errors[0].code == "contact_data"
    with unit_of_work() as session:
        listings.act(session, actor=market.merchant.actor, listing_id=market.chains, action="pause", now=clock.now())
    with pytest.raises(NotFound):
        ask(market.buyer, market.chains)


def test_counts_survive_a_listing_that_comes_back(market):
    answer(market.merchant, ask(market.buyer, market.chains))
    with unit_of_work() as session:
        listings.act(session, actor=market.merchant.actor, listing_id=market.chains, action="pause", now=clock.now())
    with unit_of_work() as session:
        listings.act(session, actor=market.merchant.actor, listing_id=market.chains, action="resume", now=clock.now())
    assert carried(market.chains).questions == 1


def test_the_words_of_an_erased_person_are_gone(market, moderator):
    answer(market.merchant, ask(market.buyer, market.chains))
    mine = said.of_person(reading(), person_id=market.buyer.actor.person)
    assert [row["body"] for row in mine["remarks"]] == ["Which steel?"]
    with unit_of_work() as session:
        remarks.on_person_erased(session, PersonErased(person_id=market.buyer.actor.person, at=clock.now()))
    assert (carried(market.chains).questions, texts(market.chains)) == (0, [])
    assert said.breaches(reading()) == []
    assert "Which steel?" not in reading().scalars(sa.select(Remark.body)).all()


def test_the_check_finds_a_count_that_is_wrong(market):
    answer(market.merchant, ask(market.buyer, market.chains))
    with unit_of_work() as session:
        session.execute(sa.update(factories.listings.Listing).values(said={"questions": 7}))
    assert {breach.subject_id for breach in said.breaches(reading())} == {market.chains, market.pads}


def test_a_merchant_is_reminded_once_of_a_question_that_waits_too_long(app, market):
    made = ask(market.buyer, market.chains)
    due = queries.told(reading(), question_id=made).due_at
    before = due - timedelta(seconds=1)
    assert [flows.remind(now=at) for at in (before, due, due, due + timedelta(days=30))] == [0, 1, 0, 0]
    assert fresh().get_one(Question, made).reminded_at == due
    assert reading().scalars(sa.select(AuditRow.action).where(AuditRow.action == "question.reminded")).all() == [
        "question.reminded"
    ]
    answer(market.merchant, made)  # it can still be answered


def test_who_answered_or_took_back_is_reminded_of_nothing(market):
    answered, taken_back = ask(market.buyer, market.chains), ask(market.buyer, market.chains)
    answer(market.merchant, answered)
    with unit_of_work() as session:
        questions.withdraw(session, actor=market.buyer.actor, question_id=taken_back, now=clock.now())
    assert flows.remind(now=clock.now() + timedelta(days=30)) == 0


def test_a_closed_office_is_reminded_when_it_is_open_again(market):
    made = ask(market.buyer, market.chains)
    due = queries.told(reading(), question_id=made).due_at
    first = local_day("CN", due)
    close(market, Part.OFFICE, first, first + timedelta(days=9))
    assert [flows.remind(now=due + timedelta(days=number)) for number in (0, 5, 9)] == [0, 0, 0]
    later = ask(market.buyer, market.chains, now=due)
    assert queries.told(reading(), question_id=later).due_at > due + timedelta(days=10)  # its time begins afterwards
    assert flows.remind(now=due + timedelta(days=10)) == 1


def test_a_closed_factory_answers(market):
    made = ask(market.buyer, market.chains)
    due = queries.told(reading(), question_id=made).due_at
    close(market, Part.FACTORY, local_day("CN", due), local_day("CN", due))
    assert flows.remind(now=due) == 1


def test_two_who_remind_at_once_remind_once(market, at_once):
    made = ask(market.buyer, market.chains)
    due = queries.told(reading(), question_id=made).due_at
    told = at_once(lambda session, _one: questions.remind(session, question_id=made, now=due), *range(4))
    assert sorted(told) == [False, False, False, True]


def close(market, part, first, last):
    with unit_of_work() as session:
        closures.enter(
            session, actor=market.merchant.actor, parts=[part.value], first_day=first, last_day=last, words={},
            now=clock.now(),
        )  # fmt: skip
