"""An id is written alike by whichever database has it."""

from hypothesis import given
from hypothesis import strategies as st

from marketplace.kernel.ids import id_text


@given(st.uuids())
def test_an_id_is_written_as_uuids_are(one) -> None:
    assert id_text(one.hex) == id_text(str(one)) == str(one)
