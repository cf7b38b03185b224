"""Who is looked at first, and what a decision needs."""

import pytest

from marketplace.kernel.errors import Refused
from marketplace.moderation import rules
from marketplace.moderation.rules import CaseKind, Decision

CALM = {
    "kind": CaseKind.LISTING, "approved_before": 10, "has_packing": True, "rises": False, "price_jumped": False,
    "fields": frozenset(),
}  # fmt: skip


@pytest.mark.parametrize(
    ("changes", "points"),
    [
        ({}, 0),
        ({"approved_before": 0}, 30),
        ({"approved_before": 4}, 10),
        ({"has_packing": False}, 10),
        ({"rises": True}, 10),
        ({"price_jumped": True}, 30),
        ({"kind": CaseKind.PRICE}, 30),
        ({"kind": CaseKind.CHANGE, "fields": frozenset({"titles"})}, 0),
        ({"kind": CaseKind.CHANGE, "fields": frozenset({"hs_code"})}, 30),
        (
            {
                "kind": CaseKind.CHANGE, "fields": frozenset({"origin"}), "approved_before": 0, "price_jumped": True,
                "rises": True, "has_packing": False,
            },
            100,
        ),
    ],
)  # fmt: skip
def test_risk(changes, points):
    assert rules.risk(**CALM | changes) == points


def test_a_price_takes_no_request_for_changes():
    assert rules.parse_decision(CaseKind.LISTING, "request_changes") is Decision.REQUEST_CHANGES
    for kind, decision in ((CaseKind.PRICE, "request_changes"), (CaseKind.LISTING, "approved")):
        with pytest.raises(Refused):
            rules.parse_decision(kind, decision)


def test_all_but_approval_needs_a_reason():
    assert rules.check_reason(Decision.APPROVE, " ") == ""
    assert rules.check_reason(Decision.REJECT, " no ") == "no"
    for decision, reason in ((Decision.REJECT, " "), (Decision.APPROVE, "x" * 2_001)):
        with pytest.raises(Refused):
            rules.check_reason(decision, reason)
