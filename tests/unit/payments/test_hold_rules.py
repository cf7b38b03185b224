"""Two people decide about money that waits, and to the same end."""

from uuid import UUID

import pytest

from marketplace.kernel.errors import Conflict, NotAllowed, Refused
from marketplace.payments.rules import holds
from marketplace.payments.rules.holds import HoldWay

ONE, TWO = UUID(int=1), UUID(int=2)


def test_a_way_is_one_of_two():
    assert holds.way_of("refund") is HoldWay.REFUND
    with pytest.raises(Refused):
        holds.way_of("keep")


def test_of_the_shares_that_were_given_back_those_between_the_released_and_the_let_off_went_at_the_limit():
    released, first, rest, again, waived = (UUID(int=number) for number in range(5))
    # Of the last share 100 and 50 were let off while it was held, of the first 300 once it was released.
    shares = [(released, 300), (first, 200), (rest, 400), (again, 100), (waived, 50)]
    assert holds.sent_back(shares, minor=600, before=150) == {first, rest}
    assert holds.sent_back(shares[:3], minor=600, before=0) == {first, rest}
    assert holds.sent_back((), minor=600, before=0) == frozenset()


def test_the_second_is_somebody_else_and_wants_the_same():
    holds.check_decider(person_id=ONE, way=HoldWay.RELEASE, chosen=None, first_by=None)
    holds.check_decider(person_id=TWO, way=HoldWay.RELEASE, chosen=HoldWay.RELEASE, first_by=ONE)
    with pytest.raises(NotAllowed, match="same_person"):
        holds.check_decider(person_id=ONE, way=HoldWay.RELEASE, chosen=HoldWay.RELEASE, first_by=ONE)
    with pytest.raises(Conflict, match="way_chosen"):
        holds.check_decider(person_id=TWO, way=HoldWay.REFUND, chosen=HoldWay.RELEASE, first_by=ONE)
