"""A company asks about goods over page and API, the merchant answers in public, and nobody learns who asked."""

from datetime import timedelta
from uuid import UUID, uuid4

import pytest

from marketplace.accounts.rules.permissions import Role
from marketplace.exchange.flows import questions as flows
from marketplace.exchange.queries import questions as queries
from marketplace.kernel import clock
from marketplace.kernel.db import reading, unit_of_work
from tests import factories
from tests.support.statements import statements_of
from tests.support.visitors import Program, Town, Visitor, visitor


@pytest.fixture
def people(app, market):
    with unit_of_work() as session:
        office = factories.staff(session, app, role=Role.MODERATOR, now=clock.now())
    return {
        "buyer": Program(app, market.buyer.token),
        "merchant": Program(app, market.merchant.token),
        "rival": Program(app, market.thai.token),
        "moderator": Program(app, office.token),
        "office": office,
    }


def test_a_question_goes_its_way_over_the_api(app, market, people):
    buyer, merchant, rival = people["buyer"], people["merchant"], people["rival"]
    town, path = Town(app), f"/listings/{market.chains}/questions"
    made = buyer.call("POST", path, 201, {"text": "这是什么钢材？"})["id"]
    assert town.letter(market.merchant.login).subject == "Question about Motorcycle chain 428H"
    waiting = {row["queue"]: row for row in merchant.call("GET", "/desk", 200)["items"]}["answer_questions"]
    (owed,) = merchant.call("GET", "/questions/received", 200)["items"]
    assert (waiting["waiting"], waiting["due_at"]) == (1, owed["due_at"])
    assert (owed["company"], owed["country"], owed["language"], owed["state"]) == (
        "Hanoi Trading",
        "VN",
        "zh",
        "waiting",
    )
    assert people["rival"].call("GET", path, 200) == {"items": [], "next": None}  # not a word before the answer

    for asker in (rival, buyer):  # foreign like unknown
        status = 404 if asker is rival else 403
        for question in {made} | ({str(uuid4())} if asker is rival else set()):
            assert asker.call("POST", f"/questions/{question}/answer", status if asker is rival else 404, {"text": "x"})
    merchant.call("POST", f"/questions/{made}/answer", 204, {"text": "40Mn <b>steel</b>."})
    assert merchant.problem("POST", f"/questions/{made}/answer", 409, {"text": "Again."})[0] == "state"
    assert buyer.problem("POST", f"/questions/{made}/withdrawal", 409)[0] == "state"
    assert rival.call("POST", f"/questions/{made}/withdrawal", 404) == rival.call(
        "POST", f"/questions/{uuid4()}/withdrawal", 404
    )
    assert town.letter(market.buyer.login).subject == "Your question about Motorcycle chain 428H is answered"
    (read,) = Program(app).call("GET", path, 200)["items"]
    assert (read["text"], read["answer"], read["answer_language"]) == ("这是什么钢材？", "40Mn <b>steel</b>.", "en")
    assert "Hanoi" not in str(read)
    assert str(market.buyer.company) not in str(read)
    (mine,) = buyer.call("GET", "/questions", 200)["items"]
    assert (mine["id"], mine["answer"]) == (made, "40Mn <b>steel</b>.")

    page = Visitor(app).open(f"/products/{market.chains}")
    assert '<div class="prose" lang="zh"><p>这是什么钢材？</p>' in page
    assert "40Mn &lt;b&gt;steel&lt;/b&gt;." in page
    assert "Hanoi Trading" not in page


def test_what_cannot_be_asked_says_why(app, market, people):
    buyer, path = people["buyer"], f"/listings/{market.chains}/questions"
    refused = buyer.call("POST", path, 422, {"text": "Write to hoa@hanoi.vn"})["errors"][0]
    assert (refused["field"], refused["code"]) == ("text", "contact_data")
    assert "“hoa@hanoi.vn”" in refused["message"]
    assert buyer.call("POST", path, 422, {"text": "Hanoi Trading asks"})["errors"][0]["code"] == "names_author"
    assert buyer.problem("POST", path, 422, {"text": "x", "language": "xx"})[1] == {"language"}
    assert buyer.problem("POST", path, 422, {"text": "x" * 2_001})[1] == {"text"}
    assert people["merchant"].problem("POST", path, 422, {"text": "Mine?"})[1] == {"listing"}
    assert buyer.call("POST", f"/listings/{uuid4()}/questions", 404, {"text": "Who?"})
    assert buyer.call("GET", "/questions", 200)["items"] == []
    buyer.call("POST", path, 201, {"text": "Write to hoa@hanoi.vn", "private": True})
    for number in range(2):
        buyer.call("POST", path, 201, {"text": f"Question {number}?"})
    assert buyer.problem("POST", path, 409, {"text": "One more?"})[0] == "questions_waiting"


def test_a_question_goes_its_way_over_the_pages(app, market, people, later):
    buyer, merchant, stranger = visitor(app, market.buyer), visitor(app, market.merchant), Visitor(app)
    about, ask = f"/products/{market.chains}/questions", f"/account/questions/{market.chains}"
    assert "Log in to ask" in stranger.open(about)
    buyer.open(about)
    buyer.send(ask, {"text": "Call 13812345678"}, 422)
    assert buyer.refused_fields() == {"text"}
    assert "Call 13812345678" in buyer.shown  # what was typed is there to be mended
    buyer.send(ask, {"text": "Which steel?", "language": ""})
    buyer.open(about)
    buyer.send(ask, {"text": "Thép gì?", "language": "vi", "private": "1"})
    buyer.open("/account/questions")
    assert "To be answered by" in buyer.text()

    merchant.open("/merchant")
    assert "Questions to answer 2" in " ".join(merchant.text().split())
    later(6 * 24 * 3600)
    assert "Overdue" in merchant.open("/merchant/questions")
    (private, public) = queries.owed(
        reading(), merchant_id=market.merchant.company, state=queries.QuestionState.WAITING
    ).items[::-1]
    merchant.open(f"/merchant/questions/{public.id}")
    assert "Hanoi Trading" in merchant.shown
    merchant.send(f"/merchant/questions/{public.id}", {"text": "see www.chains.cn"}, 422)
    assert merchant.refused_fields() == {"text"}
    merchant.send(f"/merchant/questions/{public.id}", {"text": "40Mn."})
    merchant.open("/merchant/questions?state=answered")
    assert "Which steel?" in merchant.shown
    assert "Thép" not in merchant.shown
    assert visitor(app, market.thai).client.get(f"/merchant/questions/{private.id}").status_code == 404

    shown = stranger.open(about)
    assert "Which steel?" in shown
    assert "Thép" not in shown
    buyer.open("/account/questions")
    buyer.send(f"/account/questions/{private.id}/withdrawal", {})
    assert "Withdrawn" in buyer.open("/account/questions")
    later(0)

    office = visitor(app, people["office"])
    office.open("/operator/remarks")
    assert "Thép" not in office.shown
    (answer,) = [row for row in people["moderator"].call("GET", "/remarks", 200)["items"] if row["kind"] == "answer"]
    one = f"/operator/remarks/{answer['id']}"
    office.open(one)
    office.send(f"{one}/hiding", {"reason": " "}, 422)
    office.send(f"{one}/hiding", {"reason": "Untrue."})
    assert "Which steel?" not in stranger.open(f"/products/{market.chains}")
    assert "Untrue." in merchant.open(f"/merchant/questions/{public.id}")
    told = Town(app).letter(market.merchant.login)
    assert told.subject == "What you wrote about Motorcycle chain 428H is no longer shown"
    assert "Untrue." in told.body
    office.open(one)
    office.send(f"{one}/showing", {})
    assert "Which steel?" in stranger.open(f"/products/{market.chains}")


def test_pages_ask_the_database_as_often_however_much_is_asked(app, market, people):
    client, product, about = app.test_client(), f"/products/{market.chains}", f"/products/{market.chains}/questions"
    silent = statements_of(lambda: client.get(product))

    def answered(count):
        for number in range(count):
            made = people["buyer"].call(
                "POST", f"/listings/{market.chains}/questions", 201, {"text": f"Question {number}?"}
            )
            people["merchant"].call("POST", f"/questions/{made['id']}/answer", 204, {"text": "Yes."})

    answered(1)
    one = [statements_of(lambda path=path: client.get(path)) for path in (product, about)]
    assert one[0] == silent + 1  # as soon as there is an answer to be read
    answered(4)
    assert one == [statements_of(lambda path=path: client.get(path)) for path in (product, about)]
    page = client.get(product).text
    assert page.count('class="remark"') == 3
    assert "All 5 questions" in page
    for who, path in (("buyer", "/questions"), ("merchant", "/questions/received?state=answered")):
        assert len(people[who].call("GET", path, 200)["items"]) == 5


def test_long_lists_have_pages(app, market, people):
    for number in range(21):
        with unit_of_work() as session:
            made = factories.ask(
                session, market, text=f"Question {number}?", now=clock.now() - timedelta(days=30 - number)
            )
            factories.answer(session, market, made)
    path, seen = f"/listings/{market.chains}/questions", []
    cursor = ""
    while cursor is not None:
        page = Program(app).call("GET", f"{path}?{cursor and f'cursor={cursor}'}", 200)
        seen += [row["text"] for row in page["items"]]
        cursor = page["next"]
    assert seen == [f"Question {number}?" for number in reversed(range(21))]
    first = Visitor(app)
    first.open(f"/products/{market.chains}/questions")
    assert first.shown.count('class="remark"') == 20
    assert 'rel="next"' in first.shown


def test_a_question_that_waits_too_long_is_told_of_once_and_late_on_the_desk(app, market, people, later):
    made = people["buyer"].call("POST", f"/listings/{market.chains}/questions", 201, {"text": "Which steel?"})["id"]
    due = queries.told(reading(), question_id=UUID(made)).due_at
    later(int((due - clock.now()).total_seconds()) + 60)
    town, subject = Town(app), "A question about Motorcycle chain 428H still waits for your answer"
    assert flows.remind(now=clock.now()) == 1
    letter = town.letter(market.merchant.login)
    assert letter.subject == subject
    assert f"/merchant/questions/{made}" in letter.body
    assert flows.remind(now=clock.now()) == 0
    owner = visitor(app, market.merchant)
    page = owner.open("/merchant")
    row = page[page.index("Questions to answer") :]
    assert "Overdue" in row[: row.index("</tr>")]
    assert subject in owner.open("/account/inbox")
