"""What the API says of settings, exchange rates and closed days."""

from datetime import date

from marketplace.api.shared.answers import Amount, Answer, Instant
from marketplace.edge.house_rules import WORDS
from marketplace.kernel.money import Money
from marketplace.reference.queries import ClosureRow, FxRow, SettingRow


class Value(Answer):
    """A number with what it counts, or an amount of money."""

    number: int | None
    unit: str | None
    amount: Amount | None


class Setting(Answer):
    """A rule of the house: what it is now, since when (null: from the beginning), and what it will be next."""

    key: str
    title: str
    meaning: str
    value: Value
    since: Instant | None
    next_value: Value | None
    next_from: Instant | None

    @classmethod
    def of(cls, row: SettingRow) -> "Setting":
        """Write a setting."""
        words = WORDS[row.key]
        return cls(
            key=row.key.value,
            title=str(words.title),
            meaning=str(words.meaning),
            value=_value(row.value, str(words.unit)),
            since=row.since,
            next_value=None if row.next_value is None else _value(row.next_value, str(words.unit)),
            next_from=row.next_from,
        )


class Rate(Answer):
    """So many units of ``quote`` for one of ``base``, from a day on."""

    base: str
    quote: str
    rate: str
    source: str
    effective_date: date

    @classmethod
    def of(cls, row: FxRow) -> "Rate":
        """Write a rate."""
        return cls(base=row.base, quote=row.quote, rate=f"{row.rate:f}", source=row.source, effective_date=row.date)


class Closure(Answer):
    """A day on which nobody works in a country."""

    country: str
    day: date
    reason: str

    @classmethod
    def of(cls, row: ClosureRow) -> "Closure":
        """Write a closed day."""
        return cls(country=row.country, day=row.day, reason=row.source)


def _value(value: int | Money, unit: str) -> Value:
    if isinstance(value, Money):
        return Value(number=None, unit=None, amount=Amount.of(value))
    return Value(number=value, unit=unit, amount=None)
