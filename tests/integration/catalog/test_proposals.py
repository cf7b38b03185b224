"""Wishes for shared pages: accepted, merged or declined, each once, by somebody else."""

from dataclasses import replace

import pytest

from marketplace.accounts.rules.permissions import CompanyKind, Role
from marketplace.catalog.queries import goods
from marketplace.catalog.rules.proposals import Proposal, ProposalState, slug_of
from marketplace.catalog.services import taxonomy
from marketplace.kernel.errors import Conflict, NotAllowed, NotFound, Refused
from marketplace.kernel.ids import new_id
from tests.integration.catalog.conftest import NOW, actor_in, moderator

WISH = Proposal({"en": "Motorcycle sprocket", "zh": "链轮"}, "motorcycle-parts", "8714.10", "A")


def decide(session, actor, proposal_id, action, **values):
    return taxonomy.decide(session, actor=actor, proposal_id=proposal_id, action=action, now=NOW, **values)


def test_a_wish_becomes_a_page_once(session, seller):
    made = taxonomy.propose(session, actor=seller, proposal=WISH, now=NOW)
    assert taxonomy.propose(session, actor=seller, proposal=WISH, now=NOW) == made
    judge = moderator(session)
    with pytest.raises(Refused) as taken:
        decide(session, judge, made, "accept", slug="motorcycle-chain")
    assert taken.value.errors[0].code == "taken"
    assert decide(session, judge, made, "accept", slug="motorcycle-sprocket") == "motorcycle-sprocket"
    page = goods.commodity(session, slug="motorcycle-sprocket")
    assert (page.names, page.hs6, page.grade) == (WISH.names, "871410", "A")
    for action in taxonomy.ACTIONS:
        with pytest.raises(Conflict):
            decide(session, judge, made, action, slug="another", reason="x")
    assert goods.proposal(session, proposal_id=made).commodity == "motorcycle-sprocket"


def test_a_wish_for_what_is_there_is_merged(session, seller):
    made = taxonomy.propose(session, actor=seller, proposal=WISH, now=NOW)
    judge = moderator(session)
    with pytest.raises(Refused):
        decide(session, judge, made, "merge", slug="nothing")
    decide(session, judge, made, "merge", slug="motorcycle-chain")
    row = goods.proposals(session, company_id=seller.company).items[0]
    assert (row.state, row.commodity) == (ProposalState.MERGED, "motorcycle-chain")
    # The page that was there says what it said.
    assert goods.commodity(session, slug="motorcycle-chain").names == {"en": "Chain"}


def test_declining_needs_a_reason_and_a_stranger(session, seller):
    made = taxonomy.propose(session, actor=seller, proposal=WISH, now=NOW)
    with pytest.raises(Refused):
        decide(session, moderator(session), made, "decline")
    own = actor_in(seller.company, CompanyKind.OPERATOR, Role.MODERATOR)
    with pytest.raises(NotAllowed):
        decide(session, own, made, "decline", reason="no")
    with pytest.raises(NotAllowed):
        decide(session, seller, made, "accept", slug="x")
    with pytest.raises(NotFound):
        decide(session, moderator(session), new_id(), "decline", reason="no")
    decide(session, moderator(session), made, "decline", reason="Too narrow.")
    assert goods.proposal(session, proposal_id=made).reason == "Too narrow."


def test_every_wrong_field_is_named(session, seller):
    for wrong, field in (
        (replace(WISH, names={"zh": "链轮"}), "name"),
        (replace(WISH, names={"en": "x", "fr": "x"}), "names"),
        (replace(WISH, hs6="1"), "hs6"),
        (replace(WISH, grade="x" * 61), "grade"),
        (replace(WISH, category="nothing"), "category"),
    ):
        with pytest.raises(Refused) as refusal:
            taxonomy.propose(session, actor=seller, proposal=wrong, now=NOW)
        assert [error.field for error in refusal.value.errors] == [field]
    for number in range(taxonomy.MOST_WAITING):
        wish = replace(WISH, grade=str(number))
        taxonomy.propose(session, actor=seller, proposal=wish, now=NOW)
    with pytest.raises(Conflict):
        taxonomy.propose(session, actor=seller, proposal=WISH, now=NOW)


@pytest.mark.parametrize(
    ("name", "slug"), [("Durian, fresh", "durian-fresh"), ("Cà phê", "ca-phe"), ("大米", ""), ("--", "")]
)
def test_addresses_are_made_of_names(name, slug):
    assert slug_of(name) == slug
