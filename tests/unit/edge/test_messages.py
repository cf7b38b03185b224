"""Refusals as sentences: what they list is said in words."""

from marketplace.edge import messages
from marketplace.edge.requests import checkout  # noqa: F401  its texts
from marketplace.kernel.errors import Conflict
from marketplace.kernel.quantity import DIMENSIONS


def test_what_a_lorry_lacks_is_said_in_words():
    refusal = Conflict("capacity", departure="x", lacking=["ldm_mm", "pallets"])
    assert messages.sentence(refusal) == "The departure has no room left for this: loading metres, pallets."
    assert messages.CODES["lacking"].keys() == set(DIMENSIONS)


def test_what_has_no_words_is_said_as_it_stands():
    assert (
        messages.sentence(Conflict("state", thing="x", state="y", action="z", possible=["settle"])).count("settle") == 1
    )
