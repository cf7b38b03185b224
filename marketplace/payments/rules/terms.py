"""What is agreed about paying: subject, plan, mode, rail, and the shares that follow from them."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final
from uuid import UUID

from marketplace.kernel.errors import Refused
from marketplace.kernel.money import Money
from marketplace.merchants.rules.payees import PayeeAccount

__all__ = [
    "MODE_OF_RAIL",
    "MilestoneEvent",
    "Mode",
    "PayeeAccount",
    "Plan",
    "Rail",
    "Subject",
    "SubjectKind",
    "check_terms",
    "plans_for",
]

WHOLE: Final = 10_000  # basis points


class SubjectKind(StrEnum):
    """What is paid for."""

    ORDER = "order"
    FREIGHT = "freight"
    PURCHASE = "purchase"  # what the trading company buys of a merchant to sell it on by an order


@dataclass(frozen=True, slots=True)
class Subject:
    """The thing paid for, known to payments by kind and id only."""

    kind: SubjectKind
    id: UUID


class Plan(StrEnum):
    """The plans that are there without anybody making them, by their codes."""

    DEPOSIT_30_70 = "deposit_30_70"
    ACCEPTANCE_100 = "acceptance_100"
    FREIGHT_HANDOVER_100 = "freight_handover_100"
    SAMPLE_100 = "sample_100"
    SAMPLE_FREE = "sample_free"


FOR_SAMPLES: Final = frozenset({Plan.SAMPLE_100, Plan.SAMPLE_FREE})


class Mode(StrEnum):
    """Who has the money on its way: nobody but the two parties, a licensed provider, or the operator who sells."""

    DIRECT = "direct"
    PROVIDER_HELD = "provider_held"
    OPERATOR_SELLS = "operator_sells"


class Rail(StrEnum):
    """The way the money takes."""

    BANK = "bank"
    CARD = "card"


class MilestoneEvent(StrEnum):
    """What makes a share due, in the order of the goods' way."""

    DEPOSIT = "deposit"
    READY = "ready"
    HANDED_OVER = "handed_over"
    EXPORT_RELEASED = "export_released"
    BORDER_CROSSED = "border_crossed"
    DELIVERED = "delivered"
    ACCEPTED = "accepted"


# Bank transfers go from payer to payee; a card is charged by the provider, which then holds the money.
MODE_OF_RAIL: Final = {Rail.BANK: Mode.DIRECT, Rail.CARD: Mode.PROVIDER_HELD}


def modes_by(rail: Rail) -> tuple[Mode, ...]:
    """Return the modes that a rail can settle, the usual one first: the operator's company is paid by either."""
    return MODE_OF_RAIL[rail], Mode.OPERATOR_SELLS


def check_terms(
    *, subject: Subject, plan: str, mode: Mode, rail: Rail, lines: Sequence[tuple[UUID, Money]], commission_bp: int
) -> str:
    """Return the one currency of the lines, or refuse terms that do not fit together."""
    if mode not in modes_by(rail):
        raise Refused.field("rail", "rail_mode", f"{rail} is settled {MODE_OF_RAIL[rail]}")
    if (subject.kind is SubjectKind.PURCHASE and (mode, rail) != (Mode.OPERATOR_SELLS, Rail.BANK)) or (
        subject.kind is SubjectKind.FREIGHT and mode is Mode.OPERATOR_SELLS
    ):
        raise Refused.field("mode", "choice", ", ".join(Mode))
    if (plan == Plan.FREIGHT_HANDOVER_100) is not (subject.kind == SubjectKind.FREIGHT):
        raise Refused.field("plan", "choice", ", ".join(plans_for(subject.kind)))
    # Who sells itself has its margin, and charges no commission.
    free = subject.kind == SubjectKind.FREIGHT or mode is Mode.OPERATOR_SELLS
    if not 0 <= commission_bp <= WHOLE or (free and commission_bp):
        raise Refused.field("commission_bp", "range", "0 to 10000 for goods, 0 for freight")
    currencies = {amount.currency for _line, amount in lines}
    if len(currencies) != 1 or len({line for line, _amount in lines}) != len(lines):
        raise Refused.field("lines", "one_currency", "each line once, all in one currency")
    if any(amount.minor < 0 or (not amount) is not (plan == Plan.SAMPLE_FREE) for _line, amount in lines):
        raise Refused.field("lines", "too_small", "more than 0 on every line")
    return currencies.pop()


def plans_for(kind: SubjectKind) -> tuple[Plan, ...]:
    """Return the presets that can be agreed for this kind of subject; those for samples nobody chooses."""
    freight = kind == SubjectKind.FREIGHT
    chosen = (plan for plan in Plan if plan not in FOR_SAMPLES)
    return tuple(plan for plan in chosen if (plan is Plan.FREIGHT_HANDOVER_100) is freight)
