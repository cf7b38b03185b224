"""Transit under customs: regimes as data, the drawn states of a movement, its number and its guarantee."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Final

from marketplace.kernel.errors import FieldError, Refused
from marketplace.kernel.lifecycle import Lifecycle
from marketplace.kernel.money import LARGEST_MINOR


class Regime(StrEnum):
    """By which agreement goods cross without paying on the way."""

    GMS = "gms"
    ACTS = "acts"
    TIR = "tir"
    NATIONAL = "national"


class Guarantee(StrEnum):
    """What secures duty and tax on the way."""

    SINGLE = "single"
    COMPREHENSIVE = "comprehensive"
    CARNET = "carnet"
    CASH = "cash"


class TransitState(StrEnum):
    """Where a movement stands."""

    DRAFT = "draft"
    LODGED = "lodged"
    ACCEPTED = "accepted"
    UNDER_CONTROL = "under_control"
    RELEASED = "released"
    AT_TRANSIT_OFFICE = "at_transit_office"
    ARRIVED = "arrived"
    UNLOADING_REMARKS = "unloading_remarks"
    ENQUIRY = "enquiry"
    DISCHARGED = "discharged"
    CANCELLED = "cancelled"


class Step(StrEnum):
    """What happens to a movement."""

    LODGE = "lodge"
    ACCEPT = "accept"
    CONTROL = "control"
    RELEASE = "release"
    OFFICE = "office"
    ARRIVE = "arrive"
    REMARK = "remark"
    ENQUIRE = "enquire"
    DISCHARGE = "discharge"
    CANCEL = "cancel"


class Remark(StrEnum):
    """What an office of destination found when it unloaded."""

    SHORT = "short"
    OVER = "over"
    DAMAGED = "damaged"
    SEAL_BROKEN = "seal_broken"
    OTHER_GOODS = "other_goods"


_S = TransitState
TRANSIT: Final = Lifecycle(
    "transit",
    {
        _S.DRAFT: {Step.LODGE: _S.LODGED, Step.CANCEL: _S.CANCELLED},
        _S.LODGED: {Step.ACCEPT: _S.ACCEPTED, Step.CANCEL: _S.CANCELLED},
        _S.ACCEPTED: {Step.CONTROL: _S.UNDER_CONTROL, Step.RELEASE: _S.RELEASED, Step.CANCEL: _S.CANCELLED},
        _S.UNDER_CONTROL: {Step.RELEASE: _S.RELEASED, Step.CANCEL: _S.CANCELLED},
        _S.RELEASED: {Step.OFFICE: _S.AT_TRANSIT_OFFICE, Step.ARRIVE: _S.ARRIVED, Step.ENQUIRE: _S.ENQUIRY},
        # A way through several countries has an office at each border.
        _S.AT_TRANSIT_OFFICE: {
            Step.OFFICE: _S.AT_TRANSIT_OFFICE,
            Step.ARRIVE: _S.ARRIVED,
            Step.ENQUIRE: _S.ENQUIRY,
        },
        _S.ARRIVED: {Step.REMARK: _S.UNLOADING_REMARKS, Step.DISCHARGE: _S.DISCHARGED, Step.ENQUIRE: _S.ENQUIRY},
        _S.UNLOADING_REMARKS: {Step.DISCHARGE: _S.DISCHARGED, Step.ENQUIRE: _S.ENQUIRY},
        # Goods that are looked for may be found at their office after all.
        _S.ENQUIRY: {Step.ARRIVE: _S.ARRIVED, Step.DISCHARGE: _S.DISCHARGED},
    },
)
# The guarantee is engaged from the release on, until the movement is discharged.
ENGAGED: Final = (
    _S.RELEASED,
    _S.AT_TRANSIT_OFFICE,
    _S.ARRIVED,
    _S.UNLOADING_REMARKS,
    _S.ENQUIRY,
)
# Customs has the list of goods and has not let them go yet.
WITH_CUSTOMS: Final = (_S.LODGED, _S.ACCEPTED, _S.UNDER_CONTROL)


@dataclass(frozen=True, slots=True)
class Terms:
    """What a regime asks: where it holds (empty: everywhere), the number's form, which guarantees, for how long."""

    countries: frozenset[str]
    is_domestic: bool
    number: str
    example: str
    is_dated: bool  # the number begins with a year and the country of departure
    guarantees: tuple[Guarantee, ...]
    most_days: int
    source: str
    is_assumed: bool


REGIMES: Final[dict[Regime, Terms]] = {
    Regime.GMS: Terms(
        frozenset({"CN", "KH", "LA", "MM", "TH", "VN"}),
        False,
        r"[A-Z0-9]{8,20}",
        "GMSVN2600012345",
        False,
        (Guarantee.SINGLE, Guarantee.COMPREHENSIVE, Guarantee.CASH),
        30,
        "GMS cross-border transport agreement: six countries; form of the number and days are assumptions",
        True,
    ),
    Regime.ACTS: Terms(
        frozenset({"KH", "LA", "MY", "SG", "TH", "VN"}),
        False,
        r"\d{2}[A-Z]{2}[A-Z0-9]{13}\d",
        "26VN0A1B2C3D4E5F68",
        True,
        (Guarantee.SINGLE, Guarantee.COMPREHENSIVE),
        30,
        "acts.asean.org: live in six countries since 11/2020; the number follows NCTS (18 characters), the days are an "
        "assumption",
        True,
    ),
    Regime.TIR: Terms(
        frozenset(),
        False,
        r"[A-Z]{2}\d{8}",
        "XM12345678",
        False,
        (Guarantee.CARNET,),
        60,
        "TIR carnet number: two letters and eight digits; which countries take part is not checked here",
        True,
    ),
    Regime.NATIONAL: Terms(
        frozenset(),
        True,
        r"[A-Z0-9]{8,20}",
        "530020261234567890",
        False,
        (Guarantee.SINGLE, Guarantee.COMPREHENSIVE, Guarantee.CASH),
        30,
        "Within one country; the form of the number and the days are assumptions",
        True,
    ),
}


@dataclass(frozen=True, slots=True)
class Security:
    """A guarantee: kind, reference, amount in minor units, and the last day on which it counts."""

    kind: Guarantee
    reference: str
    minor: int
    currency: str
    until: date


def check_way(regime: Regime, countries: Sequence[str]) -> None:
    """Refuse ``regime`` for a way through countries in which it does not hold; these in the order of the way."""
    terms = REGIMES[regime]
    if terms.is_domestic and len(set(countries)) > 1:
        raise Refused.fields(
            FieldError("regime", "transit_one_country", facts={"countries": ", ".join(dict.fromkeys(countries))})
        )
    outside = [code for code in dict.fromkeys(countries) if terms.countries and code not in terms.countries]
    if outside:
        facts = {"countries": ", ".join(outside), "members": ", ".join(sorted(terms.countries))}
        raise Refused.fields(FieldError("regime", "transit_not_member", facts=facts))


def check_security(regime: Regime, given: Security, *, starts_on: date, discharge_by: date) -> None:
    """Refuse a guarantee that the regime does not take, or that ends before the movement is to be discharged."""
    terms, errors = REGIMES[regime], list[FieldError]()
    if given.kind not in terms.guarantees:
        errors.append(FieldError("guarantee", "choice", ", ".join(terms.guarantees)))
    if not 0 < given.minor <= LARGEST_MINOR:
        errors.append(FieldError("guarantee_amount", "too_small", "more than 0"))
    if not starts_on <= discharge_by <= starts_on + timedelta(days=terms.most_days):
        last = starts_on + timedelta(days=terms.most_days)
        errors.append(FieldError("discharge_by", "range", f"{starts_on.isoformat()} to {last.isoformat()}"))
    if given.until < discharge_by:
        errors.append(FieldError("guarantee_until", "guarantee_ends", f"{discharge_by.isoformat()} or later"))
    if errors:
        raise Refused.fields(*errors)


def check_mrn(regime: Regime, mrn: str, *, country: str, year: int) -> str:
    """Return the number that customs gave as it is kept, or refuse ``mrn`` with an example of the regime's form.

    ``country`` and ``year`` of departure: an MRN of NCTS form begins with them.
    """
    terms, kept = REGIMES[regime], "".join(mrn.split()).upper()
    fits = re.fullmatch(terms.number, kept, re.ASCII) is not None
    # A movement lodged at the turn of a year has the number of the one or the other.
    years = {f"{each % 100:02d}" for each in (year - 1, year, year + 1)}
    if not fits or (terms.is_dated and (kept[2:4] != country or kept[:2] not in years)):
        raise Refused.field("mrn", "mrn_form", terms.example)
    return kept


def check_step(step: Step, *, mrn: str, place: str, remark: Remark | None) -> None:
    """Refuse a step without what it tells: the number at acceptance, the office passed, the remark on unloading."""
    lacking = {
        Step.ACCEPT: ("mrn", not mrn),
        Step.OFFICE: ("place", not place),
        Step.REMARK: ("remark", remark is None),
    }.get(step)
    if lacking is not None and lacking[1]:
        raise Refused.field(lacking[0], "required")


def is_overdue(state: TransitState, discharge_by: datetime, now: datetime) -> bool:
    """Tell whether a guarantee stands engaged past the moment at which the movement was to be discharged."""
    return state in ENGAGED and now > discharge_by
