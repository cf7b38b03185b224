"""Column types: what Python means and the database stores, the same on SQLite and on PostgreSQL."""

from datetime import UTC, datetime
from decimal import Decimal
from enum import StrEnum

import sqlalchemy as sa


class UtcDateTime(sa.types.TypeDecorator[datetime]):
    """An aware UTC instant; SQLite, which has no zones, stores it naive."""

    impl = sa.DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: sa.Dialect) -> datetime | None:
        """Refuse a naive instant: it would be read back as another."""
        if value is None:
            return None
        if value.tzinfo is None:
            msg = "instants are aware"
            raise ValueError(msg)
        value = value.astimezone(UTC)
        return value.replace(tzinfo=None) if dialect.name == "sqlite" else value

    def process_result_value(self, value: datetime | None, dialect: sa.Dialect) -> datetime | None:
        """Return the instant in UTC."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class ScaledDecimal(sa.types.TypeDecorator[Decimal]):
    """A decimal kept as a BIGINT of ``10**-places``: SQLite would make NUMERIC a float without a word."""

    impl = sa.BigInteger
    cache_ok = True

    def __init__(self, places: int) -> None:
        """Fix the number of decimals."""
        super().__init__()
        self.places = places

    def process_bind_param(self, value: Decimal | None, dialect: sa.Dialect) -> int | None:
        """Refuse what would be rounded on the way in."""
        if value is None:
            return None
        scaled = value.scaleb(self.places)
        if scaled != scaled.to_integral_value():
            msg = f"{value} has more than {self.places} decimals"
            raise ValueError(msg)
        return int(scaled)

    def process_result_value(self, value: int | None, dialect: sa.Dialect) -> Decimal | None:
        """Return the decimal with its places."""
        return None if value is None else Decimal(value).scaleb(-self.places)


class StateColumn(sa.types.TypeDecorator[StrEnum]):
    """A StrEnum stored as its text, so that a state reads the same in SQL, JSON and code."""

    impl = sa.String(32)
    cache_ok = True

    def __init__(self, states: type[StrEnum]) -> None:
        """Fix the enumeration."""
        super().__init__()
        self.states = states
        self._by_text = {state.value: state for state in states}

    def process_bind_param(self, value: StrEnum | None, dialect: sa.Dialect) -> str | None:
        """Refuse a text that is no state."""
        return None if value is None else self.states(value).value

    def process_result_value(self, value: str | None, dialect: sa.Dialect) -> StrEnum | None:
        """Return the state."""
        return None if value is None else self._by_text[value]
