"""Which tasks a page lists, and where it goes on."""

from uuid import UUID, uuid4

import pytest

from marketplace.distribution.centre_work.rules import ORDER, Task, left, place
from marketplace.kernel.errors import Refused
from marketplace.kernel.pages import encode_cursor


def test_a_page_goes_on_with_the_task_in_which_the_one_before_ended():
    assert left(None, None) == ORDER == tuple(Task)
    assert left(None, Task.BOND) == (Task.BOND, Task.COMES)
    assert left(Task.COUNT, None) == left(Task.COUNT, Task.COUNT) == (Task.COUNT,)
    with pytest.raises(Refused):
        left(Task.COUNT, Task.BOND)


def test_a_cursor_names_task_moment_and_row():
    last = uuid4()
    assert place(encode_cursor("bond", "2026-12-01", str(last))) == (Task.BOND, "2026-12-01", last)


@pytest.mark.parametrize("cursor", [
    "x", encode_cursor("bond", "2026-12-01"), encode_cursor("sweep", "", str(UUID(int=1))),
    encode_cursor("bond", "2026-12-01", "here"),
])  # fmt: skip
def test_a_cursor_of_another_list_is_refused(cursor):
    with pytest.raises(Refused):
        place(cursor)
