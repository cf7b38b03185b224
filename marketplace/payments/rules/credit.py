"""Credit that a merchant grants a buyer: asked for, decided, taken up within a limit, and reminded of when overdue."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Final

from marketplace.kernel.errors import Conflict, FieldError, Refused
from marketplace.kernel.lifecycle import Lifecycle
from marketplace.kernel.money import Money
from marketplace.payments.rules.plans import MOST_DAYS, AgreedPlan

LONGEST_WORDS: Final = 500
MOST_YEARS: Final = 3


class CreditState(StrEnum):
    """Where a credit stands; ``declined`` by the merchant, or by its silence."""

    REQUESTED = "requested"
    GRANTED = "granted"
    DECLINED = "declined"
    ENDED = "ended"


_S = CreditState
CREDITS: Final = Lifecycle[CreditState](
    "credit_line",
    {
        _S.REQUESTED: {"grant": _S.GRANTED, "decline": _S.DECLINED},
        _S.GRANTED: {"grant": _S.GRANTED, "end": _S.ENDED},
    },
)
# Of these a buyer has one at most with a merchant in a currency.
LIVE: Final = (_S.REQUESTED, _S.GRANTED)


@dataclass(frozen=True, slots=True)
class Grant:
    """What a merchant allows: how much at once, how many days at most, until which day, and why."""

    limit: Money
    days: int
    until: date


@dataclass(frozen=True, slots=True)
class Taken:
    """What is not yet paid of orders on a credit, whether due or not, and how far the payer was reminded.

    ``level`` is that of whatever the buyer owes the merchant on any credit, an ended one and other currencies included.
    """

    pending: Money
    due: Money
    overdue: Money
    level: int

    @property
    def exposure(self) -> Money:
        """All that is not yet paid: what may fall due, what is due, and what is overdue."""
        return self.pending + self.due + self.overdue


def check_words(text: str, *, field: str) -> str:
    """Return words of one side to the other as they are kept, or refuse ``field``."""
    kept = text.strip()
    if not 1 <= len(kept) <= LONGEST_WORDS:
        raise Refused.field(field, "range", f"1 to {LONGEST_WORDS} characters")
    return kept


def check_request(wanted: Money) -> None:
    """Refuse to ask for nothing."""
    if wanted.minor <= 0:
        raise Refused.field("amount", "too_small", "more than 0")


def check_grant(grant: Grant, *, today: date) -> None:
    """Refuse a credit of nothing, of no or too many days, or one that is over already or ends in too many years."""
    if errors := wrong_of(grant, today=today):
        raise Refused.fields(*errors)


def wrong_of(grant: Grant, *, today: date) -> list[FieldError]:
    """Return all that ``check_grant`` would refuse."""
    errors: list[FieldError] = []
    if grant.limit.minor <= 0:
        errors.append(FieldError("amount", "too_small", "more than 0"))
    if not 1 <= grant.days <= MOST_DAYS:
        errors.append(FieldError("days", "plan_days", f"1 to {MOST_DAYS} days"))
    last = _years_later(today, MOST_YEARS)
    if not today <= grant.until <= last:
        errors.append(FieldError("until", "range", f"{today} to {last}"))
    return errors


def _years_later(day: date, years: int) -> date:
    try:
        return day.replace(year=day.year + years)
    except ValueError:  # 29 February
        return day.replace(year=day.year + years, day=28)


def refusal(
    grant: Grant, taken: Taken, *, plan: AgreedPlan, amount: Money, today: date, refused_from: int
) -> str | None:
    """Return why an order of this amount cannot go on a credit, None when it can."""
    if grant.until < today:
        return "credit_ended"
    if plan.longest > grant.days:
        return "credit_days"
    if is_stopped(taken, refused_from=refused_from):
        return "credit_overdue"
    return "credit_limit" if taken.exposure + amount > grant.limit else None


def is_stopped(taken: Taken, *, refused_from: int) -> bool:
    """Tell whether so many reminders went out that nothing more is ordered on credit until that is paid."""
    return taken.level >= refused_from


def left(grant: Grant, taken: Taken) -> Money:
    """Return what can still be ordered on a credit; nothing where a limit was lowered below what is taken."""
    rest = grant.limit - taken.exposure
    return rest if rest.minor > 0 else Money.zero(rest.currency)


def check(grant: Grant, taken: Taken, *, plan: AgreedPlan, amount: Money, today: date, refused_from: int) -> None:
    """Raise Conflict with the reason, and with what is left, when an order cannot go on a credit."""
    code = refusal(grant, taken, plan=plan, amount=amount, today=today, refused_from=refused_from)
    if code is not None:
        raise Conflict(code, left=str(left(grant, taken)), days=grant.days, until=str(grant.until))


def check_owing(limit: Money, *, owing: Money, added: Money) -> None:
    """Raise Conflict with what is left when all that a buyer owes directly, ``added`` included, passes its limit."""
    if owing > limit:
        rest = limit - (owing - added)
        raise Conflict("buyer_limit", left=str(max(rest, Money.zero(rest.currency))), limit=str(limit))


class Level(StrEnum):
    """How a payer was reminded last; a word to choose the letter by."""

    FIRST = "first"
    SECOND = "second"
    FINAL = "final"


LEVELS: Final = tuple(Level)


def level_name(level: int) -> Level | None:
    """Return the word of a level, None before the first reminder."""
    return LEVELS[level - 1] if level else None
