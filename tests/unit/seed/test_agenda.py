"""What is planned happens in its order, and what lies ahead does not."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from marketplace.seed.history.agenda import Agenda
from marketplace.seed.history.stories import STEPS, STORIES

NOW = datetime(2026, 11, 25, 8, tzinfo=UTC)


@given(st.lists(st.integers(-500, 500)))
def test_acts_up_to_the_present_happen_in_order(hours):
    agenda, happened = Agenda(NOW), []
    for hour in hours:
        agenda.add(NOW + timedelta(hours=hour), happened.append)
    assert agenda.run() == len(happened)
    assert happened == sorted(NOW + timedelta(hours=hour) for hour in hours if hour <= 0)


def test_an_act_may_call_for_another():
    agenda, happened = Agenda(NOW), []
    agenda.add(NOW - timedelta(hours=2), lambda at: agenda.add(at + timedelta(hours=1), happened.append))
    agenda.add(NOW - timedelta(hours=2), lambda at: agenda.add(at + timedelta(hours=3), happened.append))
    assert agenda.run() == 3
    assert happened == [NOW - timedelta(hours=1)]


def test_every_story_has_a_name_of_its_own_and_a_known_end():
    assert len({story.key for story in STORIES}) == len(STORIES)
    assert {story.until for story in STORIES} <= set(STEPS)
