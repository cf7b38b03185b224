"""Margins of a month: per lorry, per line, per currency, and the months of a line beside each other."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy.orm import Session

from marketplace.distribution.costs.queries import lorries, sheets
from marketplace.distribution.costs.queries.sheets import Sheet
from marketplace.distribution.costs.rules import margin as rules
from marketplace.distribution.costs.rules.margin import Margin
from marketplace.kernel.money import Money


@dataclass(frozen=True, slots=True)
class Total:
    """Lorries of one line, or of all, in one currency; ``without_revenue`` of them drove and earned nothing."""

    line_code: str  # empty: of every line in this currency
    line_name: str
    currency: str
    lorries: int
    without_revenue: int
    unplanned: int
    grams: int
    expected: Margin
    actual: Margin
    empty_cost: Money
    missing: frozenset[str]

    @property
    def per_tonne(self) -> Money | None:
        """The cost of each tonne carried, actual where it is known."""
        return rules.per_tonne(self.actual.cost or self.expected.cost, self.grams)


@dataclass(frozen=True, slots=True)
class MonthRow:
    """A month with its totals, one a currency."""

    first: date
    totals: tuple[Total, ...]


@dataclass(frozen=True, slots=True)
class Month:
    """The lorries that left in a month, by line and in all; a currency each."""

    first: date
    line_code: str | None
    sheets: tuple[Sheet, ...]
    lines: tuple[Total, ...]
    totals: tuple[Total, ...]


def month(session: Session, *, first: date, line_code: str | None = None) -> Month:
    """Return the month that begins on a day, of one line or of all."""
    found = _sheets(session, first, line_code)
    codes = dict.fromkeys((one.lorry.line_code, one.currency) for one in found)
    by_line = [
        _total([one for one in found if (one.lorry.line_code, one.currency) == key], name=key[0]) for key in codes
    ]
    return Month(
        first=first,
        line_code=line_code,
        sheets=found,
        lines=tuple(sorted(by_line, key=lambda total: (total.line_name, total.currency))),
        totals=_totals(found),
    )


def months(session: Session, *, last: date, count: int, line_code: str | None = None) -> tuple[MonthRow, ...]:
    """Return so many months up to the one that begins on ``last``, the latest first."""
    rows: list[MonthRow] = []
    first = last
    for _ in range(count):
        rows.append(MonthRow(first, _totals(_sheets(session, first, line_code))))
        first = first_of(first - timedelta(days=1))
    return tuple(rows)


def first_of(day: date) -> date:
    """Return the first day of a day's month."""
    return day.replace(day=1)


def last_of(first: date) -> date:
    """Return the last day of the month that begins on a day."""
    return first_of(first + timedelta(days=32)) - timedelta(days=1)


def _sheets(session: Session, first: date, line_code: str | None) -> tuple[Sheet, ...]:
    found = lorries.leaving(session, first=first, last=last_of(first), line_code=line_code)
    return sheets.sheets(session, lorries=found)


def _totals(found: Sequence[Sheet]) -> tuple[Total, ...]:
    currencies = sorted({one.currency for one in found})
    return tuple(_total([one for one in found if one.currency == currency], name="") for currency in currencies)


def _total(found: Sequence[Sheet], *, name: str) -> Total:
    currency = found[0].currency

    def summed(amounts: Iterable[Money]) -> Money:
        return sum(amounts, Money.zero(currency))

    empty = [one for one in found if one.is_empty]
    return Total(
        line_code=name,
        line_name=found[0].lorry.line_name if name else "",
        currency=currency,
        lorries=len(found),
        without_revenue=len(empty),
        unplanned=sum(not one.is_planned for one in found),
        grams=sum(one.lorry.taken.grams for one in found),
        expected=Margin(summed(one.expected.revenue for one in found), summed(one.expected.cost for one in found)),
        actual=Margin(summed(one.actual.revenue for one in found), summed(one.actual.cost for one in found)),
        empty_cost=summed(one.cost for one in empty),
        missing=frozenset().union(*(one.missing for one in found)),
    )
