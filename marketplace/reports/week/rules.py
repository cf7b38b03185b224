"""What the page of a week tells, to whom, which week it is, and when its letter goes out."""

from collections.abc import Collection, Mapping
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from typing import Final
from zoneinfo import ZoneInfo

from marketplace.accounts.rules.permissions import Permission


class Topic(StrEnum):
    """Something that whoever leads looks at once a week."""

    TO_PAY = "to_pay"
    TO_PAY_LATE = "to_pay_late"
    TO_RECEIVE = "to_receive"
    TO_RECEIVE_LATE = "to_receive_late"
    SLIPS = "slips"
    LATE_FROM_MERCHANTS = "late_from_merchants"
    LATE_FOR_BUYERS = "late_for_buyers"
    COMING = "coming"
    GOING = "going"
    CLAIMS_MADE = "claims_made"
    CLAIMS_AGAINST = "claims_against"
    CITY_LATE = "city_late"
    CITY_SLIPS = "city_slips"
    CITY_CLAIMS = "city_claims"
    CITY_ON_THE_WAY = "city_on_the_way"


# Whoever may see to a topic reads it; the pages where it is seen to stand beside it.
READS: Final[Mapping[Topic, tuple[Permission, str]]] = {
    Topic.TO_RECEIVE: (Permission.TRADE_PAYMENT_CONFIRM, "/merchant/money"),
    Topic.TO_RECEIVE_LATE: (Permission.TRADE_PAYMENT_CONFIRM, "/merchant/money"),
    Topic.SLIPS: (Permission.TRADE_PAYMENT_CONFIRM, "/merchant/money"),
    Topic.TO_PAY: (Permission.TRADE_PAYMENT_PAY, "/account/money"),
    Topic.TO_PAY_LATE: (Permission.TRADE_PAYMENT_PAY, "/account/money"),
    Topic.LATE_FOR_BUYERS: (Permission.TRADE_ORDER_FULFIL, "/merchant/fulfilment"),
    Topic.LATE_FROM_MERCHANTS: (Permission.TRADE_ORDER_READ, "/orders"),
    Topic.GOING: (Permission.TRADE_ORDER_READ, "/orders?side=merchant"),
    Topic.COMING: (Permission.TRADE_ORDER_READ, "/orders"),
    Topic.CLAIMS_AGAINST: (Permission.TRADE_CLAIM_READ, "/claims"),
    Topic.CLAIMS_MADE: (Permission.TRADE_CLAIM_READ, "/claims"),
    Topic.CITY_LATE: (Permission.OPERATOR_PAYOUT_READ, "/operator/reconciliation?kind=obligation"),
    Topic.CITY_SLIPS: (Permission.OPERATOR_PAYOUT_READ, "/operator/reconciliation?kind=slip"),
    Topic.CITY_CLAIMS: (Permission.OPERATOR_CLAIM_DECIDE, "/claims"),
    Topic.CITY_ON_THE_WAY: (Permission.LOGISTICS_DEPARTURE_OPERATE, "/operator/departures"),
}


def week_of(day: date) -> tuple[date, date]:
    """Return the Monday and the Sunday of a day's week."""
    first = day - timedelta(days=day.weekday())
    return first, first + timedelta(days=6)


def readable(permissions: Collection[str]) -> frozenset[Topic]:
    """Return the topics that whoever holds these rights reads."""
    return frozenset(topic for topic, (permission, _page) in READS.items() if permission in permissions)


class LetterDay(StrEnum):
    """The day on which a member is sent the week."""

    MONDAY = "monday"
    TUESDAY = "tuesday"
    WEDNESDAY = "wednesday"
    THURSDAY = "thursday"
    FRIDAY = "friday"
    SATURDAY = "saturday"
    SUNDAY = "sunday"


def next_letter(day: LetterDay, hour: int, zone: str, *, now: datetime, told: date | None) -> datetime:
    """Return when the letter goes out next, by the clock of a zone: after now, and once in a week.

    ``told`` is the Monday of the last week that had its letter; whoever chooses another day gets no second one.
    """
    here = ZoneInfo(zone)
    monday, _sunday = week_of(now.astimezone(here).date())
    if told is not None and told >= monday:
        monday = told + timedelta(days=7)
    while True:
        at = datetime.combine(monday + timedelta(days=list(LetterDay).index(day)), time(hour), here).astimezone(UTC)
        if at > now:
            return at
        monday += timedelta(days=7)
