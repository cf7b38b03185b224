"""Papers of vehicles and drivers: which are asked for on the way, and which end too early."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import Final

from marketplace.kernel.errors import FieldError, Refused


class Kind(StrEnum):
    """What is kept: what pulls, what carries, who drives."""

    TRACTOR = "tractor"
    TRAILER = "trailer"
    DRIVER = "driver"


class PaperKind(StrEnum):
    """What a paper allows or proves."""

    INSPECTION = "inspection"
    INSURANCE = "insurance"
    PERMIT = "permit"  # of one country for vehicles of another
    GMS_PERMIT = "gms_permit"
    ACTS_PERMIT = "acts_permit"
    TIR_APPROVAL = "tir_approval"
    DRIVING_LICENCE = "driving_licence"
    PASSPORT = "passport"
    VISA = "visa"
    DANGEROUS_CERTIFICATE = "dangerous_certificate"


_P = PaperKind
# The Greater Mekong Subregion's agreement on cross-border transport, and ASEAN's customs transit system: China, of
# which two provinces are in the first, is not in the second.
GMS: Final = frozenset({"CN", "KH", "LA", "MM", "TH", "VN"})
ACTS: Final = frozenset({"KH", "LA", "MY", "SG", "TH", "VN"})
PERMITS: Final = frozenset({_P.PERMIT, _P.GMS_PERMIT, _P.ACTS_PERMIT})
OF_VEHICLES: Final = (_P.INSPECTION, _P.INSURANCE, _P.PERMIT, _P.GMS_PERMIT, _P.ACTS_PERMIT, _P.TIR_APPROVAL)
OF_DRIVERS: Final = (_P.DRIVING_LICENCE, _P.PASSPORT, _P.VISA, _P.DANGEROUS_CERTIFICATE)
# Papers of which it matters what country they are for.
FOR_A_COUNTRY: Final = frozenset({_P.PERMIT, _P.VISA})
LONGEST_NUMBER: Final = 40
# Days before a paper's end on which its keeper is told.
STAGES: Final = (30, 7)


def kinds_of(kind: Kind) -> tuple[PaperKind, ...]:
    """Return the papers that a vehicle, or that a driver has."""
    return OF_DRIVERS if kind is Kind.DRIVER else OF_VEHICLES


@dataclass(frozen=True, slots=True)
class Paper:
    """A paper: its last day included, and its first where that is written on it."""

    kind: PaperKind
    country: str | None
    valid_from: date | None
    valid_until: date

    def covers(self, first: date, last: date) -> bool:
        """Tell whether it holds on every day of a period."""
        return (self.valid_from is None or self.valid_from <= first) and last <= self.valid_until

    def admits_to(self, country: str) -> bool:
        """Tell whether it lets a foreign vehicle into a country."""
        if self.kind is PaperKind.PERMIT:
            return self.country == country
        regimes = {PaperKind.GMS_PERMIT: GMS, PaperKind.ACTS_PERMIT: ACTS}
        return country in regimes.get(self.kind, ())


@dataclass(frozen=True, slots=True)
class Trip:
    """What papers are held against: from which day to that of the planned return, through which countries."""

    first: date
    last: date
    countries: tuple[str, ...]
    is_dangerous: bool = False
    is_cooled: bool = False


@dataclass(frozen=True, slots=True)
class Lack:
    """Why a paper does not do: it ends on ``until``, or begins too late; with no ``until`` there is none."""

    kind: PaperKind
    country: str | None
    until: date | None


def check_paper(kind: Kind, paper: Paper) -> None:
    """Refuse what is no paper of that, a paper that ends before it begins, and one that names no country."""
    if paper.kind not in kinds_of(kind):
        raise Refused.field("kind", "choice", ", ".join(kinds_of(kind)))
    if paper.kind in FOR_A_COUNTRY and paper.country is None:
        raise Refused.field("country", "country", "two letters of ISO 3166-1 such as CN, VN, TH")
    if paper.valid_from is not None and paper.valid_from > paper.valid_until:
        raise Refused.fields(FieldError("valid_until", "paper_period", paper.valid_from.isoformat()))


def lacks(kind: Kind, home: Collection[str], papers: Sequence[Paper], trip: Trip) -> tuple[Lack, ...]:
    """Return what keeps a vehicle, or a driver, from a trip; ``home``: where it needs neither permit nor passport.

    A paper that is shown must hold to the day of return, or another of the same kind for the same country. Permits and
    visas count for the countries on the way alone, and certificates for dangerous goods where there are some. Whether
    a driver needs a visa is not known here: one that is shown is watched.
    """
    found = dict.fromkeys(_demanded(kind, home, trip))
    shown = [(each.kind, each.country if each.kind in FOR_A_COUNTRY else None) for each in papers]
    found |= dict.fromkeys(each for each in shown if _matters(each, trip))
    return tuple(lack for each in found if (lack := _lack(*each, papers, trip)) is not None)


def _demanded(kind: Kind, home: Collection[str], trip: Trip) -> Iterator[tuple[PaperKind, str | None]]:
    abroad = [country for country in dict.fromkeys(trip.countries) if country not in home]
    if kind is Kind.DRIVER:
        yield PaperKind.DRIVING_LICENCE, None
        if abroad:
            yield PaperKind.PASSPORT, None
        if trip.is_dangerous:
            yield PaperKind.DANGEROUS_CERTIFICATE, None
        return
    yield PaperKind.INSPECTION, None
    yield PaperKind.INSURANCE, None
    for country in abroad:
        yield PaperKind.PERMIT, country


def _matters(shown: tuple[PaperKind, str | None], trip: Trip) -> bool:
    kind, country = shown
    if kind is PaperKind.VISA:
        return country in trip.countries
    if kind is PaperKind.DANGEROUS_CERTIFICATE:
        return trip.is_dangerous
    return kind not in PERMITS


def _lack(kind: PaperKind, country: str | None, papers: Sequence[Paper], trip: Trip) -> Lack | None:
    fitting = [each for each in papers if _serves(each, kind, country)]
    if any(each.covers(trip.first, trip.last) for each in fitting):
        return None
    last = max(fitting, key=lambda each: each.valid_until, default=None)
    return Lack(last.kind, country, last.valid_until) if last is not None else Lack(kind, country, None)


def _serves(paper: Paper, kind: PaperKind, country: str | None) -> bool:
    if kind is PaperKind.PERMIT and country is not None:
        return paper.admits_to(country)
    return paper.kind is kind and (country is None or paper.country == country)


def stage_of(valid_until: date, today: date) -> int | None:
    """Return the stage of an end that is near: the fewest days before it that have come; None while it is far.

    What has ended stands at the last stage.
    """
    reached = [days for days in STAGES if valid_until - today <= timedelta(days=days)]
    return min(reached, default=None)
