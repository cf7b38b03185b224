"""Two people stand behind everybody who can move the city's money."""

from uuid import uuid4

import pytest

from marketplace.accounts.rules.membership import check_grant, check_invited
from marketplace.accounts.rules.permissions import Role
from marketplace.kernel.errors import NotAllowed

GRANTOR, OTHER = uuid4(), uuid4()


def granted(*, grantee=OTHER, inviters=(), before=(), after=()):
    check_grant(grantor=GRANTOR, grantee=grantee, inviters=inviters, before=before, after=after)


def test_who_was_brought_in_by_another_may_be_given_any_role():
    granted(inviters=[uuid4()], before=["moderator"], after=["moderator", "treasury"])
    granted(inviters=[GRANTOR], before=["treasury"], after=["treasury", "moderator"])
    granted(grantee=GRANTOR, before=["admin"], after=["admin"])
    check_invited([Role.MODERATOR])


@pytest.mark.parametrize(
    ("grant", "code"),
    [
        ({"grantee": GRANTOR, "after": ["moderator"]}, "own_roles"),
        ({"inviters": [GRANTOR], "after": ["treasury"]}, "second_admin"),
        ({"inviters": [None, GRANTOR], "after": ["admin"]}, "second_admin"),
    ],
)
def test_nobody_gives_himself_a_role_and_money_needs_a_second_person(grant, code):
    with pytest.raises(NotAllowed) as refusal:
        granted(**grant)
    assert refusal.value.code == code


def test_nobody_is_invited_straight_to_the_money():
    with pytest.raises(NotAllowed, match="second_admin"):
        check_invited([Role.MODERATOR, Role.TREASURY])
