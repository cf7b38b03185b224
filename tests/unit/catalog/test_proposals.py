"""What a shared page is called."""

import pytest

from marketplace.catalog.rules.picture_sources import by_article, check_sources
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


def test_every_field_of_a_proposal_is_named():
    wrong = Proposal({"en": "Durian", "xx": "?"}, "fruit", "08106", "x" * 1_000)
    assert refused(check_proposal, wrong) == {("names", "choice"), ("hs6", "hs_code"), ("grade", "too_long")}


def test_an_address_is_small_letters_and_dashes():
    check_slug(slug_of("Durian, fresh"))
    assert refused(check_slug, "Durian!") == {("slug", "commodity_slug")}


def test_what_a_picture_shows_is_said_in_short():
    (fault,) = check_sources({"pictures": "a.png", "pictures_alt": "x" * 1_000})
    assert (fault.field, fault.code) == ("pictures_alt", "too_long")


def test_pictures_are_named_by_file_or_address_and_not_too_many():
    assert check_sources({"pictures": "a.png; https://shop.example/b.jpg"}) == []
    for text in ("http://shop.example/b.jpg", "../a.png", "https://shop.example/" + "x" * 3_000):
        assert [fault.code for fault in check_sources({"pictures": text})] == ["picture_source"]
    many = ";".join(f"{number}.png" for number in range(50))
    assert [fault.code for fault in check_sources({"pictures": many})] == ["pictures_many"]


def test_files_belong_to_the_article_that_they_begin_with():
    found = by_article(["A.jpg", "A_2.png", "B-1_10.png", "B-1_2.png"])
    assert found["A"] == ["A.jpg", "A_2.png"]
    assert found["A_2"] == ["A_2.png"]
    assert found["B-1"] == ["B-1_2.png", "B-1_10.png"]
