"""What a shared page is called."""

import pytest

from marketplace.catalog.rules.picture_sources import check_sources
from marketplace.catalog.rules.proposals import Proposal, check_proposal, check_slug, slug_of
from marketplace.kernel.errors import Refused


def refused(work, *args):
    with pytest.raises(Refused) as refusal:
        work(*args)
    return {(error.field, error.code) for error in refusal.value.errors}


def test_a_proposal_has_an_english_name_that_ends():
    check_proposal(Proposal({"en": "Fresh durian"}, "fruit", "081060", ""))
    assert refused(check_proposal, Proposal({"zh": "榴莲"}, "fruit", "081060", "")) == {("name", "required")}
    assert refused(check_proposal, Proposal({"en": "x" * 10_000}, "fruit", "081060", "")) == {("name", "too_long")}


def test_an_address_is_small_letters_and_dashes():
    check_slug(slug_of("Durian, fresh"))
    assert refused(check_slug, "Durian!") == {("slug", "commodity_slug")}


def test_what_a_picture_shows_is_said_in_short():
    (fault,) = check_sources({"pictures": "a.png", "pictures_alt": "x" * 1_000})
    assert (fault.field, fault.code) == ("pictures_alt", "too_long")
