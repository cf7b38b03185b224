"""Countries, units, tariff codes, settings with their defaults, crossing of exchange rates, working days."""

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from decimal import ROUND_HALF_UP, Decimal
from enum import StrEnum
from functools import lru_cache
from importlib import resources
from typing import Any, Final
from zoneinfo import ZoneInfo

import holidays
from holidays.registry import EntityLoader

from marketplace.kernel.errors import FieldError, Refused
from marketplace.kernel.money import Money, is_currency

# The fifteen parties of RCEP (ISO 3166-1) and the currency of each (ISO 4217).
CURRENCIES: Final[dict[str, str]] = {
    "CN": "CNY", "VN": "VND", "TH": "THB", "LA": "LAK", "KH": "KHR", "MM": "MMK", "MY": "MYR", "SG": "SGD",
    "ID": "IDR", "PH": "PHP", "BN": "BND", "JP": "JPY", "KR": "KRW", "AU": "AUD", "NZ": "NZD",
}  # fmt: skip
RCEP: Final = frozenset(CURRENCIES)
# By the clock of its capital a country's working day begins and ends.
_CAPITALS: Final[dict[str, str]] = {
    "CN": "Asia/Shanghai", "VN": "Asia/Ho_Chi_Minh", "TH": "Asia/Bangkok", "LA": "Asia/Vientiane",
    "KH": "Asia/Phnom_Penh", "MM": "Asia/Yangon", "MY": "Asia/Kuala_Lumpur", "SG": "Asia/Singapore",
    "ID": "Asia/Jakarta", "PH": "Asia/Manila", "BN": "Asia/Brunei", "JP": "Asia/Tokyo", "KR": "Asia/Seoul",
    "AU": "Australia/Sydney", "NZ": "Pacific/Auckland",
}  # fmt: skip
# Countries whose working days can be reckoned; nobody of another is let in.
RECKONED: Final = (
    frozenset(code for code in EntityLoader.get_country_codes(include_aliases=True) if len(code) == 2) | RCEP
)
A_COUNTRY: Final = "two letters of ISO 3166-1 such as CN, VN, TH"
# Incoterms 2020 rules that an offer may name here: FCA a hub, DAP a city.
INCOTERMS: Final = ("FCA", "DAP", "CPT", "CIP")
# UN/ECE Recommendation 20 codes with the word shown beside a quantity.
UNITS: Final[dict[str, str]] = {
    "H87": "piece", "SET": "set", "PR": "pair", "KGM": "kg", "TNE": "t", "MTK": "m²", "CT": "carton", "BG": "bag",
}  # fmt: skip

_HS: Final = re.compile(r"[0-9]{6,10}", re.ASCII)
# Chapter 77 is kept free by the nomenclature.
_NO_CHAPTER: Final = frozenset({"00", "77", "98", "99"})
_HS_ACCEPTED: Final = "6 to 10 digits of the Harmonized System, such as 8714.10"


def hs_code(text: str) -> str:
    """Return a tariff code as digits alone, or refuse ``hs_code``; dots and blanks between digits are read over."""
    digits = re.sub(r"[.\s]", "", text)
    if not _HS.fullmatch(digits) or digits[:2] in _NO_CHAPTER:
        raise Refused.field("hs_code", "hs_code", _HS_ACCEPTED)
    return digits


class PlaceKind(StrEnum):
    """What a place is to the city; a border crossing is two places, one a side."""

    HUB = "hub"
    DC = "dc"
    CITY = "city"
    BORDER_SIDE = "border_side"


# --- settings ---------------------------------------------------------------------------------------------------


class Setting(StrEnum):
    """A decision of the operator that may change from a day on."""

    HOLD_CARD_MINUTES = "HOLD_CARD_MINUTES"
    PROFORMA_WORKING_DAYS = "PROFORMA_WORKING_DAYS"
    MERCHANT_CONFIRM_WORKING_DAYS = "MERCHANT_CONFIRM_WORKING_DAYS"
    RECEIPT_WORKING_DAYS = "RECEIPT_WORKING_DAYS"
    LATE_CANCEL_WORKING_DAYS = "LATE_CANCEL_WORKING_DAYS"
    READY_ANSWER_WORKING_DAYS = "READY_ANSWER_WORKING_DAYS"
    CHANGE_ANSWER_WORKING_DAYS = "CHANGE_ANSWER_WORKING_DAYS"
    ACCEPTANCE_DAYS = "ACCEPTANCE_DAYS"
    ACCEPTANCE_FRESH_HOURS = "ACCEPTANCE_FRESH_HOURS"
    ACCEPTANCE_MACHINERY_DAYS = "ACCEPTANCE_MACHINERY_DAYS"
    HIDDEN_DEFECT_DAYS = "HIDDEN_DEFECT_DAYS"
    HIDDEN_DEFECT_FRESH_DAYS = "HIDDEN_DEFECT_FRESH_DAYS"
    HIDDEN_DEFECT_MACHINERY_DAYS = "HIDDEN_DEFECT_MACHINERY_DAYS"
    LATE_DAY_BASIS_POINTS = "LATE_DAY_BASIS_POINTS"
    LATE_MOST_BASIS_POINTS = "LATE_MOST_BASIS_POINTS"
    REMEDY_SEND_WORKING_DAYS = "REMEDY_SEND_WORKING_DAYS"
    REMEDY_CONFIRM_WORKING_DAYS = "REMEDY_CONFIRM_WORKING_DAYS"
    DISPUTE_ANSWER_WORKING_DAYS = "DISPUTE_ANSWER_WORKING_DAYS"
    DISPUTE_ESCALATION_WORKING_DAYS = "DISPUTE_ESCALATION_WORKING_DAYS"
    INSPECTION_ANSWER_WORKING_DAYS = "INSPECTION_ANSWER_WORKING_DAYS"
    INSPECTION_REPORT_WORKING_DAYS = "INSPECTION_REPORT_WORKING_DAYS"
    INSPECTION_REPEAT_WORKING_DAYS = "INSPECTION_REPEAT_WORKING_DAYS"
    SAMPLE_DECISION_WORKING_DAYS = "SAMPLE_DECISION_WORKING_DAYS"
    SAMPLE_LOST_WORKING_DAYS = "SAMPLE_LOST_WORKING_DAYS"
    TRANSFER_TOLERANCE = "TRANSFER_TOLERANCE"
    COMMISSION_BASIS_POINTS = "COMMISSION_BASIS_POINTS"
    COMMISSION_VAT_BASIS_POINTS = "COMMISSION_VAT_BASIS_POINTS"
    PROVIDER_FEE_PAYEE_BASIS_POINTS = "PROVIDER_FEE_PAYEE_BASIS_POINTS"
    SLIP_ANSWER_WORKING_DAYS = "SLIP_ANSWER_WORKING_DAYS"
    SLIP_ESCALATION_WORKING_DAYS = "SLIP_ESCALATION_WORKING_DAYS"
    CREDIT_ANSWER_WORKING_DAYS = "CREDIT_ANSWER_WORKING_DAYS"
    DUNNING_FIRST_WORKING_DAYS = "DUNNING_FIRST_WORKING_DAYS"
    DUNNING_SECOND_WORKING_DAYS = "DUNNING_SECOND_WORKING_DAYS"
    DUNNING_FINAL_WORKING_DAYS = "DUNNING_FINAL_WORKING_DAYS"
    DUNNING_REFUSAL_LEVEL = "DUNNING_REFUSAL_LEVEL"
    TRANSFER_MATCH_WORKING_DAYS = "TRANSFER_MATCH_WORKING_DAYS"
    PAYOUT_APPROVAL_WORKING_DAYS = "PAYOUT_APPROVAL_WORKING_DAYS"
    PAYOUT_RESULT_WORKING_DAYS = "PAYOUT_RESULT_WORKING_DAYS"
    CARD_RETURN_WORKING_DAYS = "CARD_RETURN_WORKING_DAYS"
    FOUR_EYES_THRESHOLD = "FOUR_EYES_THRESHOLD"
    CUTOFF_DOCUMENTS_HOURS = "CUTOFF_DOCUMENTS_HOURS"
    CUTOFF_CARGO_HOURS = "CUTOFF_CARGO_HOURS"
    CUTOFF_DANGEROUS_HOURS = "CUTOFF_DANGEROUS_HOURS"
    CUTOFF_CUSTOMS_HOURS = "CUTOFF_CUSTOMS_HOURS"
    CUTOFF_AMEND_HOURS = "CUTOFF_AMEND_HOURS"
    CUTOFF_CANCEL_HOURS = "CUTOFF_CANCEL_HOURS"
    M3_FACTOR = "M3_FACTOR"
    LDM_FACTOR = "LDM_FACTOR"
    OVERBOOKING_PERCENT = "OVERBOOKING_PERCENT"
    COUNT_SECOND_PERCENT = "COUNT_SECOND_PERCENT"
    CENTRE_COLLECT_WORKING_DAYS = "CENTRE_COLLECT_WORKING_DAYS"
    TIMETABLE_DAYS = "TIMETABLE_DAYS"
    TRACKING_LINK_DAYS = "TRACKING_LINK_DAYS"
    PAYOUT_DAYS = "PAYOUT_DAYS"
    WEEK_LETTER_HOUR = "WEEK_LETTER_HOUR"
    APPLICATION_REVIEW_WORKING_DAYS = "APPLICATION_REVIEW_WORKING_DAYS"
    REVIEW_HOURS = "REVIEW_HOURS"
    APPEAL_DAYS = "APPEAL_DAYS"
    TRUST_CONFIRMED = "TRUST_CONFIRMED"
    TRUST_CLEAN_DAYS = "TRUST_CLEAN_DAYS"
    TRUST_MOST_RISK = "TRUST_MOST_RISK"
    TRUST_SAMPLE_PERCENT = "TRUST_SAMPLE_PERCENT"
    PAYEE_WAIT_HOURS = "PAYEE_WAIT_HOURS"
    PAYEE_CHANGE_HOURS = "PAYEE_CHANGE_HOURS"
    LOW_STOCK_ORDERS = "LOW_STOCK_ORDERS"
    QUESTION_ANSWER_WORKING_DAYS = "QUESTION_ANSWER_WORKING_DAYS"
    LEAD_ANSWER_WORKING_DAYS = "LEAD_ANSWER_WORKING_DAYS"
    ENQUIRY_ANSWER_WORKING_DAYS = "ENQUIRY_ANSWER_WORKING_DAYS"
    PRICE_ANSWER_WORKING_DAYS = "PRICE_ANSWER_WORKING_DAYS"
    REVIEW_CHANGE_DAYS = "REVIEW_CHANGE_DAYS"
    APPROVAL_WORKING_DAYS = "APPROVAL_WORKING_DAYS"
    APPROVAL_USE_WORKING_DAYS = "APPROVAL_USE_WORKING_DAYS"
    OFFICIAL_INVOICE_DAYS = "OFFICIAL_INVOICE_DAYS"
    OFFICIAL_INVOICE_TAX_BASIS_POINTS = "OFFICIAL_INVOICE_TAX_BASIS_POINTS"
    COST_TOLERANCE_BASIS_POINTS = "COST_TOLERANCE_BASIS_POINTS"
    FREIGHT_QUOTE_HOURS = "FREIGHT_QUOTE_HOURS"
    REEFER_TOLERANCE_MINUTES = "REEFER_TOLERANCE_MINUTES"
    UNVERIFIED_ORDERS = "UNVERIFIED_ORDERS"
    UNVERIFIED_VALUE = "UNVERIFIED_VALUE"
    UNVERIFIED_STOCK_PERCENT = "UNVERIFIED_STOCK_PERCENT"
    UNVERIFIED_HOLD_HOURS = "UNVERIFIED_HOLD_HOURS"


Value = int | Money
DEFAULTS: Final[dict[Setting, Value]] = {
    Setting.HOLD_CARD_MINUTES: 15,
    Setting.PROFORMA_WORKING_DAYS: 5,
    Setting.MERCHANT_CONFIRM_WORKING_DAYS: 2,
    Setting.PRICE_ANSWER_WORKING_DAYS: 3,
    Setting.RECEIPT_WORKING_DAYS: 3,
    Setting.LATE_CANCEL_WORKING_DAYS: 5,
    Setting.READY_ANSWER_WORKING_DAYS: 2,
    Setting.CHANGE_ANSWER_WORKING_DAYS: 2,
    Setting.ACCEPTANCE_DAYS: 7,
    Setting.ACCEPTANCE_FRESH_HOURS: 24,
    Setting.ACCEPTANCE_MACHINERY_DAYS: 15,
    Setting.HIDDEN_DEFECT_DAYS: 14,
    Setting.HIDDEN_DEFECT_FRESH_DAYS: 3,
    Setting.HIDDEN_DEFECT_MACHINERY_DAYS: 60,
    Setting.LATE_DAY_BASIS_POINTS: 50,
    Setting.LATE_MOST_BASIS_POINTS: 1_000,
    Setting.REMEDY_SEND_WORKING_DAYS: 10,
    Setting.REMEDY_CONFIRM_WORKING_DAYS: 10,
    Setting.DISPUTE_ANSWER_WORKING_DAYS: 3,
    Setting.DISPUTE_ESCALATION_WORKING_DAYS: 7,
    Setting.INSPECTION_ANSWER_WORKING_DAYS: 2,
    Setting.INSPECTION_REPORT_WORKING_DAYS: 2,
    Setting.INSPECTION_REPEAT_WORKING_DAYS: 5,
    Setting.SAMPLE_DECISION_WORKING_DAYS: 10,
    Setting.SAMPLE_LOST_WORKING_DAYS: 10,
    Setting.TRANSFER_TOLERANCE: Money(25_00, "USD"),
    Setting.COMMISSION_BASIS_POINTS: 300,
    Setting.COMMISSION_VAT_BASIS_POINTS: 0,
    Setting.PROVIDER_FEE_PAYEE_BASIS_POINTS: 0,
    Setting.SLIP_ANSWER_WORKING_DAYS: 2,
    Setting.SLIP_ESCALATION_WORKING_DAYS: 5,
    Setting.CREDIT_ANSWER_WORKING_DAYS: 3,
    Setting.DUNNING_FIRST_WORKING_DAYS: 3,
    Setting.DUNNING_SECOND_WORKING_DAYS: 10,
    Setting.DUNNING_FINAL_WORKING_DAYS: 20,
    Setting.DUNNING_REFUSAL_LEVEL: 1,
    Setting.TRANSFER_MATCH_WORKING_DAYS: 3,
    Setting.PAYOUT_APPROVAL_WORKING_DAYS: 2,
    Setting.PAYOUT_RESULT_WORKING_DAYS: 3,
    Setting.CARD_RETURN_WORKING_DAYS: 2,
    Setting.FOUR_EYES_THRESHOLD: Money(50_000_00, "CNY"),
    Setting.CUTOFF_DOCUMENTS_HOURS: 24,
    Setting.CUTOFF_CARGO_HOURS: 6,
    Setting.CUTOFF_DANGEROUS_HOURS: 48,
    # No source names these three: assumptions, to be set.
    Setting.CUTOFF_CUSTOMS_HOURS: 12,
    Setting.CUTOFF_AMEND_HOURS: 24,
    Setting.CUTOFF_CANCEL_HOURS: 48,
    Setting.M3_FACTOR: 333,
    Setting.LDM_FACTOR: 1_850,
    Setting.OVERBOOKING_PERCENT: 100,
    # No source names it: an assumption, to be set.
    Setting.COUNT_SECOND_PERCENT: 2,
    Setting.CENTRE_COLLECT_WORKING_DAYS: 10,
    Setting.TIMETABLE_DAYS: 90,
    Setting.TRACKING_LINK_DAYS: 30,
    Setting.PAYOUT_DAYS: 7,
    Setting.WEEK_LETTER_HOUR: 7,
    Setting.APPLICATION_REVIEW_WORKING_DAYS: 2,
    Setting.REVIEW_HOURS: 24,
    Setting.APPEAL_DAYS: 30,
    Setting.TRUST_CONFIRMED: 20,
    Setting.TRUST_CLEAN_DAYS: 180,
    Setting.TRUST_MOST_RISK: 20,
    Setting.TRUST_SAMPLE_PERCENT: 100,
    Setting.PAYEE_WAIT_HOURS: 72,
    Setting.PAYEE_CHANGE_HOURS: 72,
    Setting.LOW_STOCK_ORDERS: 3,
    Setting.QUESTION_ANSWER_WORKING_DAYS: 2,
    Setting.LEAD_ANSWER_WORKING_DAYS: 2,
    Setting.ENQUIRY_ANSWER_WORKING_DAYS: 2,
    Setting.REVIEW_CHANGE_DAYS: 30,
    Setting.APPROVAL_WORKING_DAYS: 2,
    Setting.APPROVAL_USE_WORKING_DAYS: 5,
    Setting.OFFICIAL_INVOICE_DAYS: 30,
    Setting.OFFICIAL_INVOICE_TAX_BASIS_POINTS: 1_300,
    Setting.COST_TOLERANCE_BASIS_POINTS: 200,
    Setting.FREIGHT_QUOTE_HOURS: 24,
    # An assumption: no source says how long goods may stand outside their range.
    Setting.REEFER_TOLERANCE_MINUTES: 30,
    # No source names these four: assumptions, to be set.
    Setting.UNVERIFIED_ORDERS: 3,
    Setting.UNVERIFIED_VALUE: Money(20_000_00, "USD"),
    Setting.UNVERIFIED_STOCK_PERCENT: 25,
    Setting.UNVERIFIED_HOLD_HOURS: 24,
}
_LONGEST: Final = {"_MINUTES": 24 * 60, "_HOURS": 30 * 24, "_DAYS": 366, "_FACTOR": 10_000, "_PERCENT": 200}
# Least and largest value of a number; what has no entry is told by the end of its name, and is one at least.
_BOUNDS: Final = {
    Setting.UNVERIFIED_ORDERS: (0, 10_000),
    Setting.UNVERIFIED_STOCK_PERCENT: (0, 100),
    Setting.TRUST_CONFIRMED: (1, 10_000),
    Setting.TRUST_MOST_RISK: (0, 100),
    Setting.TRUST_SAMPLE_PERCENT: (1, 100),
    Setting.COMMISSION_BASIS_POINTS: (0, 10_000),
    Setting.COMMISSION_VAT_BASIS_POINTS: (0, 5_000),
    Setting.OFFICIAL_INVOICE_TAX_BASIS_POINTS: (0, 5_000),
    Setting.COST_TOLERANCE_BASIS_POINTS: (0, 10_000),
    Setting.PROVIDER_FEE_PAYEE_BASIS_POINTS: (0, 10_000),
    Setting.DUNNING_REFUSAL_LEVEL: (1, 3),
    Setting.HIDDEN_DEFECT_DAYS: (0, 366),
    Setting.HIDDEN_DEFECT_FRESH_DAYS: (0, 366),
    Setting.HIDDEN_DEFECT_MACHINERY_DAYS: (0, 366),
    Setting.LATE_DAY_BASIS_POINTS: (0, 10_000),
    Setting.LATE_MOST_BASIS_POINTS: (0, 10_000),
    Setting.CUTOFF_DOCUMENTS_HOURS: (0, 30 * 24),
    Setting.CUTOFF_CARGO_HOURS: (0, 30 * 24),
    Setting.CUTOFF_DANGEROUS_HOURS: (0, 30 * 24),
    Setting.CUTOFF_CUSTOMS_HOURS: (0, 30 * 24),
    Setting.CUTOFF_AMEND_HOURS: (0, 30 * 24),
    Setting.CUTOFF_CANCEL_HOURS: (0, 30 * 24),
    Setting.COUNT_SECOND_PERCENT: (0, 100),
    Setting.PAYEE_WAIT_HOURS: (0, 30 * 24),
    Setting.LOW_STOCK_ORDERS: (0, 1_000),
    Setting.WEEK_LETTER_HOUR: (0, 23),
}


def bounds(setting: Setting) -> tuple[int, int]:
    """Return the least and the largest number that a setting takes."""
    return _BOUNDS.get(setting) or (1, next(most for end, most in _LONGEST.items() if setting.endswith(end)))


def setting_key(text: str) -> Setting:
    """Return the setting of this name, or refuse ``key``."""
    if text not in set(Setting):
        raise Refused.field("key", "choice", ", ".join(Setting))
    return Setting(text)


def stored(setting: Setting, value: Value) -> Any:
    """Return a value as the JSON it is kept as, or refuse one of another type or sign than the default's."""
    if isinstance(DEFAULTS[setting], Money):
        if not isinstance(value, Money) or value.minor < 0:
            raise Refused.field("value", "setting", "an amount of money, not negative")
        return {"minor": value.minor, "currency": value.currency}
    least, largest = bounds(setting)
    if type(value) is not int or not least <= value <= largest:
        raise Refused.field("value", "setting", f"a whole number from {least} to {largest}")
    return value


def read(setting: Setting, kept: Any) -> Value:
    """Return the value that was kept as JSON."""
    return Money(kept["minor"], kept["currency"]) if isinstance(DEFAULTS[setting], Money) else int(kept)


# --- exchange rates ---------------------------------------------------------------------------------------------

RATE_PLACES: Final = 10
# Rates between two currencies that nobody quotes are crossed through one of these.
PIVOTS: Final = ("GBP", "USD")


@dataclass(frozen=True, slots=True)
class Quoted:
    """How many units of the quote currency one unit of the base buys, who says so, and from which day."""

    rate: Decimal
    source: str
    date: date


Quotes = Mapping[tuple[str, str], Quoted]


def check_rate(base: str, quote: str, rate: Decimal) -> None:
    """Refuse a rate between currencies that are not traded here, a currency against itself, or one not positive."""
    errors = [
        FieldError(name, "currency") for name, code in (("base", base), ("quote", quote)) if not is_currency(code)
    ]
    if base == quote:
        errors += (FieldError(name, "choice", "two different currencies") for name in ("base", "quote"))
    if not rate.is_finite() or rate <= 0:
        errors.append(FieldError("rate", "too_small", "more than 0"))
    if errors:
        raise Refused.fields(*errors)


def cross(base: str, quote: str, quotes: Quotes) -> Quoted | None:
    """Return the rate of a pair: as quoted, else the inverse, else through a pivot; None when nothing leads there.

    A crossed rate is as old as its older half and names both sources.
    """
    if (found := _either_way(base, quote, quotes)) is not None:
        return found
    for pivot in PIVOTS:
        first, second = _either_way(base, pivot, quotes), _either_way(pivot, quote, quotes)
        if first is not None and second is not None:
            sources = dict.fromkeys((first.source, second.source))
            return Quoted(first.rate * second.rate, ", ".join(sources), min(first.date, second.date))
    return None


def _either_way(base: str, quote: str, quotes: Quotes) -> Quoted | None:
    direct = quotes.get((base, quote))
    if direct is not None:
        return direct
    inverse = quotes.get((quote, base))
    return None if inverse is None else Quoted(1 / inverse.rate, inverse.source, inverse.date)


def to_places(rate: Decimal) -> Decimal:
    """Return a rate as it is kept and shown: ten decimals, half up."""
    return rate.quantize(Decimal(1).scaleb(-RATE_PLACES), ROUND_HALF_UP)


# --- working days -----------------------------------------------------------------------------------------------

# A working day ends here on the wall clock of the party who must act.
WORKING_DAY_ENDS: Final = time(18)
# How far ahead a day may be closed in a country.
CLOSED_AHEAD: Final = timedelta(days=3 * 366)


def zone_of(country: str) -> str:
    """Return the zone a country's working days run in: its capital's of RCEP, elsewhere its first of the tz database.

    That one is the zone most people of the country live in, as a rule. UTC where there is none.
    """
    return _CAPITALS.get(country) or _first_zones().get(country, "UTC")


@lru_cache(maxsize=1)
def _first_zones() -> dict[str, str]:
    """Return the first zone of each country, as the tz database that is installed with us lists them."""
    table = resources.files("tzdata.zoneinfo").joinpath("zone.tab").read_text("utf-8")
    rows = [line.split("\t") for line in table.splitlines() if line and not line.startswith("#")]
    return {country: zone for country, _place, zone, *_note in reversed(rows)}


def local_day(country: str, now: datetime) -> date:
    """Return the day that it is in a country."""
    return now.astimezone(ZoneInfo(zone_of(country))).date()


def check_closed_day(country: str, day: date, *, now: datetime) -> None:
    """Refuse a country that takes no part here, and a day that is over there or too far ahead."""
    errors: list[FieldError] = []
    if country not in RCEP:
        errors.append(FieldError("country", "choice", ", ".join(sorted(RCEP))))
    today = local_day(country, now)
    if not today <= day <= today + CLOSED_AHEAD:
        errors.append(FieldError("day", "day_within", f"{today} to {today + CLOSED_AHEAD}"))
    if errors:
        raise Refused.fields(*errors)


def is_working_day(day: date, country: str, closures: Collection[date] = ()) -> bool:
    """Tell whether people work in a country that day: its public holidays, moved working weekends and own closures."""
    return day not in closures and _calendar(country, day.year).is_working_day(day)


@lru_cache(maxsize=64)
def _calendar(country: str, year: int) -> holidays.HolidayBase:
    """Return a country's calendar, kept: to compute a year's feasts takes longer than the rest of a cart."""
    return holidays.country_holidays(country, years=year)


def public_holidays(country: str, first: date, last: date) -> dict[date, str]:
    """Return a country's public holidays between two days, both included, by their English names."""
    years = range(first.year, last.year + 1)
    found = holidays.country_holidays(country, years=years, language="en_US")
    return {day: name for day, name in sorted(found.items()) if first <= day <= last}


def working_deadline(
    start: datetime, days: int, *, country: str, zone: str, closures: Collection[date] = ()
) -> datetime:
    """Return the end (UTC) of the so-many-th working day after the local day of ``start``; ValueError below one."""
    if days < 1:
        msg = "a deadline lies at least one working day ahead"
        raise ValueError(msg)
    local = ZoneInfo(zone)
    day = start.astimezone(local).date()
    while days:
        day += timedelta(days=1)
        days -= is_working_day(day, country, closures)
    return datetime.combine(day, WORKING_DAY_ENDS, local).astimezone(UTC)
