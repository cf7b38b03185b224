"""What holds in this city, and acts that change it."""

from sqlalchemy.orm import Session

from marketplace.edge.identity import require_actor
from marketplace.edge.requests import settings as requests
from marketplace.edge.requests.payments import money
from marketplace.kernel import clock
from marketplace.kernel.errors import NotFound, Refused
from marketplace.kernel.money import Money
from marketplace.reference import queries, rules, services
from marketplace.reference.queries import ClosureRow, SettingRow


def settings(session: Session) -> tuple[SettingRow, ...]:
    """Return every setting in force."""
    return queries.settings(session, at=clock.now())


def get(session: Session, key: str) -> SettingRow:
    """Return one setting in force."""
    known = _known(key)
    return next(row for row in settings(session) if row.key is known)


def closures(session: Session) -> tuple[ClosureRow, ...]:
    """Return the closed days from today on."""
    return queries.closures(session, since=clock.now().date())


def change(session: Session, key: str, body: requests.SettingChange) -> SettingRow:
    """Let a setting have another value, now or from an instant on."""
    known, now = _known(key), clock.now()
    services.change_setting(
        session,
        actor=require_actor(),
        key=known,
        value=_value(known, body),
        valid_from=body.valid_from or now,
        now=now,
    )
    return get(session, key)


def publish_rate(session: Session, body: requests.Rate) -> None:
    """Note an exchange rate."""
    services.publish_rate(session, actor=require_actor(), **body.model_dump(), now=clock.now())


def publish_closure(session: Session, body: requests.Closure) -> None:
    """Note a day on which nobody works in a country."""
    services.publish_closure(
        session, actor=require_actor(), country=body.country, day=body.day, source=body.reason, now=clock.now()
    )


def withdraw_closure(session: Session, body: requests.ClosureWithdrawal) -> None:
    """Take back that nobody works in a country on a day."""
    services.withdraw_closure(session, actor=require_actor(), country=body.country, day=body.day, now=clock.now())


def _known(key: str) -> rules.Setting:
    try:
        return rules.Setting(key)
    except ValueError:
        raise NotFound("setting") from None


def _value(key: rules.Setting, body: requests.SettingChange) -> int | Money:
    if isinstance(rules.DEFAULTS[key], Money):
        if body.currency is None:
            raise Refused.field("currency", "required")
        return money(body.value, body.currency)
    if body.currency is not None:
        raise Refused.field("currency", "unknown_field", "an amount of money alone has a currency")
    if body.value != int(body.value):
        raise Refused.field("value", "whole_number")
    return int(body.value)
