"""Refusals as sentences: what they list is said in words."""

import pytest

from marketplace.edge import messages
from marketplace.edge.requests import checkout, variants  # noqa: F401  their texts
from marketplace.kernel.errors import Conflict, FieldError
from marketplace.kernel.quantity import DIMENSIONS


def test_what_a_lorry_lacks_is_said_in_words():
    refusal = Conflict("capacity", departure="x", lacking=["ldm_mm", "pallets"])
    assert messages.sentence(refusal) == "The departure has no room left for this: loading metres, pallets."
    assert messages.CODES["lacking"].keys() == set(DIMENSIONS)


def test_what_has_no_words_is_said_as_it_stands():
    assert (
        messages.sentence(Conflict("state", thing="x", state="y", action="z", possible=["settle"])).count("settle") == 1
    )


@pytest.mark.parametrize(
    ("unknown", "said"),
    [
        ("../../../etc/passwd", "You have no such article: ../../../etc/passwd."),
        ("A..B", "You have no such article: A..B."),
        ("Motor Co.", "You have no such article: Motor Co."),
        ("and so on..", "You have no such article: and so on..."),
    ],
)
def test_points_that_somebody_wrote_stay_and_a_sentence_ends_in_one(unknown, said):
    error = FieldError("members", "variant_unknown", "", {"unknown": unknown})
    assert messages.field_sentence(error) == said
