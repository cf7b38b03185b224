"""For whom somebody confirms a hand-over, and which list a confirmation binds to."""

from uuid import UUID

import pytest

from marketplace.accounts.rules.handovers import Item, Kind, Side, content_hash, in_order, sides_of
from marketplace.kernel.errors import NotAllowed

LEAVER, SUCCESSOR, HEAD, OTHER = (UUID(int=number) for number in range(1, 5))


def _sides(person: UUID, *, gone: bool = False, leads: bool = False, alone: bool = False) -> tuple[Side, ...]:
    return sides_of(
        person, leaver_id=LEAVER, successor_id=SUCCESSOR, leaver_is_gone=gone, leads=leads, leads_alone=alone
    )


def test_leaver_and_successor_speak_for_themselves():
    assert _sides(LEAVER) == (Side.LEAVER,)
    for leads in (False, True):
        assert _sides(SUCCESSOR, leads=leads) == (Side.SUCCESSOR,)


def test_who_leads_stands_in_for_a_leaver_who_is_gone():
    assert _sides(HEAD, gone=True, leads=True) == (Side.LEAVER,)
    assert _sides(SUCCESSOR, gone=True, leads=True) == (Side.SUCCESSOR,)
    assert _sides(SUCCESSOR, gone=True, leads=False) == (Side.SUCCESSOR,)


def test_a_successor_speaks_for_both_only_when_nobody_else_could():
    assert _sides(SUCCESSOR, gone=True, leads=True, alone=True) == (Side.LEAVER, Side.SUCCESSOR)
    assert _sides(SUCCESSOR, gone=False, leads=True, alone=True) == (Side.SUCCESSOR,)


@pytest.mark.parametrize(
    ("person", "gone", "leads"),
    [(OTHER, False, False), (OTHER, True, False), (HEAD, False, True), (LEAVER, True, False)],
)
def test_nobody_else_confirms(person, gone, leads):
    with pytest.raises(NotAllowed, match="handover_not_yours"):
        _sides(person, gone=gone, leads=leads)


def test_a_hash_is_of_the_things_whatever_their_order_and_of_both_people():
    cart, order = Item(Kind.CART, UUID(int=8), "CA-1"), Item(Kind.PURCHASE, UUID(int=7), "PO-1")
    assert in_order([order, cart, order]) == (cart, order)
    told = content_hash([cart, order], leaver_id=LEAVER, successor_id=SUCCESSOR)
    assert content_hash([order, cart], leaver_id=LEAVER, successor_id=SUCCESSOR) == told
    assert content_hash([order], leaver_id=LEAVER, successor_id=SUCCESSOR) != told
    assert content_hash([cart, order], leaver_id=SUCCESSOR, successor_id=LEAVER) != told
