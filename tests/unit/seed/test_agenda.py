"""What is planned happens in its order, and what lies ahead does not."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial

import pytest
from hypothesis import given
from hypothesis import strategies as st

from marketplace.kernel.errors import Conflict
from marketplace.seed.desk import Desk
from marketplace.seed.history.agenda import Agenda
from marketplace.seed.history.stories import STEPS, STORIES

NOW = datetime(2026, 11, 25, 8, tzinfo=UTC)
DESK = Desk(vault=None, store=None, site="", start=NOW - timedelta(days=26), now=NOW)


@given(st.lists(st.integers(-500, 500)))
def test_acts_up_to_the_present_happen_in_order(hours):
    agenda, happened = Agenda(DESK), []
    for hour in hours:
        agenda.add(NOW + timedelta(hours=hour), happened.append, story="one")
    assert agenda.run() == len(happened)
    assert happened == sorted(NOW + timedelta(hours=hour) for hour in hours if hour <= 0)


def test_an_act_may_call_for_another():
    agenda, happened = Agenda(DESK), []
    before = NOW - timedelta(hours=2)
    for hours in (1, 3):
        again = partial(agenda.add, act=happened.append, story="one")
        agenda.add(before, lambda at, hours=hours, again=again: again(at + timedelta(hours=hours)), story="one")
    assert agenda.run() == 3
    assert happened == [NOW - timedelta(hours=1)]


def test_a_story_that_fails_is_told_in_one_line_and_left_where_it_is():
    told, happened = [], []
    for refused in (told.append, None):
        agenda = Agenda(replace(DESK, refused=refused, _over=set()))
        agenda.add(NOW, _fail, story="one")
        agenda.add(NOW, happened.append, story="one")
        agenda.add(NOW, happened.append, story="other")
        if refused:
            assert agenda.run() == 3
        else:
            with pytest.raises(Conflict, match="cutoff"):
                agenda.run()
    assert told == ["one was left where it is: Conflict cutoff {'departure': 1}"]
    assert happened == [NOW]


def _fail(_):
    raise Conflict("cutoff", departure=1)


def test_every_story_has_a_name_of_its_own_and_a_known_end():
    assert len({story.key for story in STORIES}) == len(STORIES)
    assert {story.until for story in STORIES} <= set(STEPS)
