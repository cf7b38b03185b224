"""What a decision needs."""

import pytest

from marketplace.kernel.errors import Refused
from marketplace.moderation import rules
from marketplace.moderation.rules import CaseKind, Decision


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
