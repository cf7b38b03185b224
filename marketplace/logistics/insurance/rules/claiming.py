"""A claim against the insurer: surveyed, decided, paid."""

from collections.abc import Collection
from enum import StrEnum
from typing import Final

from marketplace.kernel.errors import Conflict, Refused
from marketplace.kernel.lifecycle import Lifecycle
from marketplace.kernel.money import Money


class InsuranceClaimState(StrEnum):
    """How far a claim is."""

    OPENED = "opened"
    SURVEYED = "surveyed"
    ACCEPTED = "accepted"
    REFUSED = "refused"
    SETTLED = "settled"


_S = InsuranceClaimState
CLAIM: Final = Lifecycle(
    "insurance_claim",
    {
        _S.OPENED: {"survey": _S.SURVEYED},
        _S.SURVEYED: {"survey": _S.SURVEYED, "accept": _S.ACCEPTED, "refuse": _S.REFUSED},
        _S.ACCEPTED: {"settle": _S.SETTLED},
    },
)


# Claims whose accepted amount the insurer owes or has paid.
OWED: Final = (_S.ACCEPTED, _S.SETTLED)


class Evidence(StrEnum):
    """What an insurer asks for before it decides; photos beside it help."""

    INVOICE = "invoice"
    WAYBILL = "waybill"
    SURVEY_REPORT = "survey_report"
    PROTEST = "protest"  # to the carrier, in time
    PHOTO = "photo"


NEEDED: Final = (Evidence.INVOICE, Evidence.WAYBILL, Evidence.SURVEY_REPORT, Evidence.PROTEST)


def missing(given: Collection[Evidence]) -> tuple[Evidence, ...]:
    """Return what an insurer still needs."""
    return tuple(one for one in NEEDED if one not in given)


def check_evidence(given: Collection[Evidence]) -> None:
    """Refuse to accept a claim while documents are missing, Conflict ``claim_documents`` naming them."""
    lacking = missing(given)
    if lacking:
        raise Conflict("claim_documents", evidence=[str(one) for one in lacking])


def check_amount(amount: Money, *, insured: Money, field: str = "amount") -> None:
    """Refuse to claim, or to accept, nothing, in another currency, or more than is insured."""
    if amount.currency != insured.currency or not 1 <= amount.minor <= insured.minor:
        raise Refused.field(field, "range", f"{Money(1, insured.currency).amount:f} to {insured.amount:f}")


def left(insured: Money, accepted: Collection[Money], *, line: object) -> Money:
    """Return what of an insured sum no claim was accepted for yet; Conflict ``insured_used_up`` when that is nothing.

    ``line`` is the id of the order's line whose sum it is.
    """
    rest = insured.minor - sum(amount.minor for amount in accepted)
    if rest <= 0:
        raise Conflict("insured_used_up", line=line)
    return Money(rest, insured.currency)


def needs_two(amount: Money, threshold: Money) -> bool:
    """Tell whether a payment of this amount is confirmed by a second person; both are in one currency."""
    return amount.minor >= threshold.minor
