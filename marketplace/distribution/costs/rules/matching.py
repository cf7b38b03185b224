"""When a partner's invoice is what was planned, and what becomes of each of its lines."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final
from uuid import UUID

from marketplace.distribution.costs.rules.planning import CostKind
from marketplace.kernel.errors import Refused
from marketplace.kernel.lifecycle import Lifecycle
from marketplace.kernel.money import Money

_WHOLE: Final = 10_000  # basis points


class InvoiceState(StrEnum):
    """Where a partner's invoice stands."""

    DRAFT = "draft"
    SUBMITTED = "submitted"
    MATCHED = "matched"
    DIFFERS = "differs"
    ACCEPTED = "accepted"
    DISPUTED = "disputed"
    SETTLED = "settled"


class LineState(StrEnum):
    """Where a line of an invoice stands."""

    OPEN = "open"
    MATCHED = "matched"
    DIFFERS = "differs"
    ACCEPTED = "accepted"
    SPLIT = "split"  # part of it is accepted, the rest disputed
    DISPUTED = "disputed"


class Decision(StrEnum):
    """What the operator makes of a line."""

    ACCEPT = "accept"
    SPLIT = "split"
    DISPUTE = "dispute"


class Reason(StrEnum):
    """Why not all of a line is accepted."""

    NOT_ORDERED = "not_ordered"
    WRONG_RATE = "wrong_rate"
    WRONG_QUANTITY = "wrong_quantity"
    BILLED_TWICE = "billed_twice"
    OTHER_PARTY_PAYS = "other_party_pays"
    NO_PROOF = "no_proof"
    SET_OFF = "set_off"  # the carrier bears so much of what a held lorry cost


LINE: Final = Lifecycle(
    "partner_invoice_line",
    {
        LineState.OPEN: {"match": LineState.MATCHED, "differ": LineState.DIFFERS},
        LineState.MATCHED: {
            "differ": LineState.DIFFERS,
            "accept": LineState.ACCEPTED,
            "split": LineState.SPLIT,
            "dispute": LineState.DISPUTED,
        },
        LineState.DIFFERS: {
            "accept": LineState.ACCEPTED,
            "split": LineState.SPLIT,
            "dispute": LineState.DISPUTED,
        },
    },
)
# Not decided yet.
WAITING: Final = frozenset({LineState.OPEN, LineState.MATCHED, LineState.DIFFERS})
# Of these nothing was accepted, so the same may be asked for again unless it was set off.
UNPAID: Final = frozenset({LineState.DISPUTED})
INVOICE: Final = Lifecycle(
    "partner_invoice",
    {
        InvoiceState.DRAFT: {"submit": InvoiceState.SUBMITTED},
        InvoiceState.ACCEPTED: {"settle": InvoiceState.SETTLED},
        InvoiceState.DISPUTED: {"settle": InvoiceState.SETTLED},
    },
)


@dataclass(frozen=True, slots=True)
class Charge:
    """What an invoice asks for: a kind of cost of a departure."""

    departure_id: UUID
    kind: CostKind


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether a charge is what was planned; ``difference`` is None where nothing was, or no rate compares the two."""

    matches: bool
    is_double: bool
    difference: Money | None


def within(asked: Money, planned: Money, *, tolerance_bp: int) -> bool:
    """Tell whether what is asked for differs from what was planned by no more than so many basis points of that."""
    return abs(asked.minor - planned.minor) * _WHOLE <= planned.minor * tolerance_bp


def weigh(
    asked: Mapping[Charge, Money | None],
    *,
    planned: Mapping[Charge, Money],
    doubles: Collection[Charge],
    borne: Mapping[Charge, Money | None],
    tolerance_bp: int,
) -> dict[Charge, Verdict]:
    """Return a verdict on each charge of an invoice, all lines about it together, in the currency of its sheet.

    ``asked`` is None where no rate brings it there; ``planned`` is what is left of the plan after what was accepted
    before. What may be asked for a second time never matches, and neither does what the partner bears something of
    (``borne``, which the plan is less by; None where no rate brings it there): somebody looks at it.
    """
    verdicts: dict[Charge, Verdict] = {}
    for charge, amount in asked.items():
        plan, is_double = planned.get(charge), charge in doubles
        less = borne.get(charge)
        if amount is None or plan is None or (charge in borne and less is None):
            verdicts[charge] = Verdict(matches=False, is_double=is_double, difference=None)
            continue
        plan = plan if less is None else plan - less
        fits = less is None and plan.minor > 0 and within(amount, plan, tolerance_bp=tolerance_bp)
        verdicts[charge] = Verdict(matches=fits and not is_double, is_double=is_double, difference=amount - plan)
    return verdicts


def state_of(lines: Collection[LineState]) -> InvoiceState:
    """Return where an invoice stands by its lines: what waits longest decides."""
    for waiting, state in (
        (LineState.OPEN, InvoiceState.SUBMITTED),
        (LineState.DIFFERS, InvoiceState.DIFFERS),
        (LineState.MATCHED, InvoiceState.MATCHED),
        (LineState.SPLIT, InvoiceState.DISPUTED),
        (LineState.DISPUTED, InvoiceState.DISPUTED),
    ):
        if waiting in lines:
            return state
    return InvoiceState.ACCEPTED


def accepted(decision: Decision, asked: Money, part: Money | None, reason: Reason | None) -> Money:
    """Return how much of a line is accepted, or refuse ``amount`` or ``reason`` that do not go with the decision."""
    if (decision is Decision.ACCEPT) is not (reason is None):
        accepted_reasons = "nothing, where all is accepted" if decision is Decision.ACCEPT else ", ".join(Reason)
        raise Refused.field("reason", "choice", accepted_reasons)
    if decision is not Decision.SPLIT:
        if part is not None:
            raise Refused.field("amount", "range", "nothing, but where a line is split")
        return asked if decision is Decision.ACCEPT else Money.zero(asked.currency)
    if part is None or not 0 < part.minor < asked.minor:
        raise Refused.field("amount", "range", f"more than 0, less than {asked}")
    return part
