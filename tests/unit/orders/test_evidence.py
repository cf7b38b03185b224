"""How much one side of a claim may show."""

import pytest

from marketplace.kernel.errors import Refused
from marketplace.orders.rules.evidence import MEGABYTE, MOST_FILES, check_room


def test_there_is_room_up_to_so_many_files_and_bytes():
    check_room(before=[1] * (MOST_FILES - 1), more=[1])
    check_room(before=[60 * MEGABYTE], more=[40 * MEGABYTE])


@pytest.mark.parametrize(
    ("before", "more"), [([1] * MOST_FILES, [1]), ([60 * MEGABYTE], [40 * MEGABYTE, 1]), ([], [1] * (MOST_FILES + 1))]
)
def test_beyond_that_a_file_is_refused(before, more):
    with pytest.raises(Refused) as refused:
        check_room(before=before, more=more)
    assert refused.value.errors[0].field == "evidence"
    assert refused.value.errors[0].accepted == "at most 40 files, 100 MB"
