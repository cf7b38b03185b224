"""Read an operator's own network from a TOML or JSON file; docs/network.toml is an example of everything it may say."""

import json
import tomllib
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Any, Final, Literal
from uuid import UUID
from zoneinfo import available_timezones

from pydantic import BeforeValidator, Field
from pydantic_core import PydanticCustomError

from marketplace.edge import messages
from marketplace.edge.parsing import Country, Currency, Exact, Line, Request, Whole, parse
from marketplace.edge.requests import borders
from marketplace.edge.requests.operations import cubic_centimetres, grams
from marketplace.kernel.errors import FieldError, Refused
from marketplace.kernel.money import MINOR_UNITS, Money, UnitPrice
from marketplace.kernel.quantity import Load
from marketplace.logistics.borders.rules.hours import Hours
from marketplace.logistics.borders.rules.lanes import LaneRule, LaneRuleCode, checked_parameters
from marketplace.logistics.centres.rules.centres import Figures
from marketplace.logistics.rules.freight import Rates
from marketplace.logistics.rules.states import GENERAL_LANE, Carriage, Mode
from marketplace.logistics.services.building import (
    CrossingPlan,
    HoursPlan,
    LinePlan,
    NetworkPlan,
    RulePlan,
    VehiclePlan,
)
from marketplace.logistics.services.network import LegPlan

WEEKDAYS: Final = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_MOST: Final = 500


def minute_of_day(value: Any) -> int:
    """Read the time of a clock, such as 16:00, as minutes since midnight."""
    text = value if isinstance(value, str) else ""
    hours, _, minutes = text.partition(":")
    if len(text) == len("16:00") and (hours + minutes).isascii() and (hours + minutes).isdigit():
        found = int(hours) * 60 + int(minutes)
        if int(minutes) < 60 and found < 24 * 60:
            return found
    raise PydanticCustomError("clock", "a time such as 16:00")


def zone_name(value: Any) -> str:
    """Read the name of a time zone."""
    if not isinstance(value, str) or value not in available_timezones():
        raise PydanticCustomError("zone", "a time zone such as Asia/Shanghai")
    return value


Weekday = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
Code = Annotated[Line, Field(max_length=40)]
Source = Annotated[Line, Field(max_length=200)]
Name = Annotated[Line, Field(max_length=100)]
Clock = Annotated[int, BeforeValidator(minute_of_day, json_schema_input_type=str)]
Zone = Annotated[str, BeforeValidator(zone_name, json_schema_input_type=str)]
Factor = Annotated[Whole, Field(ge=1, le=10_000)] | None


class PlaceEntry(Request):
    """A place that the published table lacks."""

    code: Code
    name: Name
    names: dict[Literal["zh", "vi", "local"], Name] = Field(default_factory=dict)
    country: Country
    kind: Literal["hub", "dc", "city", "border_side"]
    zone: Zone
    latitude: Annotated[Exact, Field(ge=-90, le=90, decimal_places=6)]
    longitude: Annotated[Exact, Field(ge=-180, le=180, decimal_places=6)]
    source: Source


class CarrierEntry(Request):
    """A company that runs lines, and the login name of who is invited to look after it."""

    code: Code
    name: Line
    country: Country
    registration_number: Line
    login: Line
    locale: Literal["en", "zh", "vi"] = "en"


class HoursEntry(Request):
    """When a side is open by its own clock, on every day unless weekdays are named."""

    side: Code
    days: Annotated[list[Weekday], Field(min_length=1, max_length=7)] = Field(default_factory=lambda: list(WEEKDAYS))
    opens: borders.Clock
    closes: borders.Clock
    valid_from: borders.BorderDay
    valid_to: borders.OptionalBorderDay = None
    source: Source
    assumed: bool = False


class RuleEntry(Request):
    """What a lane takes from a day on."""

    lane: borders.Lane = GENERAL_LANE
    rule: LaneRuleCode
    hours: Whole | None = None
    chapters: Annotated[list[Line], Field(max_length=97)] = Field(default_factory=list)
    valid_from: borders.BorderDay
    source: Source
    assumed: bool = False


class CrossingEntry(Request):
    """A border crossing, when its sides are open, and what its lanes take."""

    code: Code
    one_side: Code
    other_side: Code
    hours: Annotated[list[HoursEntry], Field(max_length=100)] = Field(default_factory=list)
    rules: Annotated[list[RuleEntry], Field(max_length=100)] = Field(default_factory=list)


class VehicleEntry(Request):
    """A kind of lorry and what it holds."""

    code: Code
    name: Name
    kg: Annotated[Exact, Field(gt=0, le=100_000, decimal_places=3)]
    m3: Annotated[Exact, Field(gt=0, le=1_000, decimal_places=6)]
    ldm: Annotated[Exact, Field(gt=0, le=100, decimal_places=3)]
    pallets: Annotated[Whole, Field(ge=1, le=1_000)]
    teu: Annotated[Exact, Field(gt=0, le=4, decimal_places=2)] = Decimal("2.25")
    source: Source


class StopEntry(Request):
    """The next place of a line; with a price, cargo may be booked to it."""

    place: Code
    minutes: Annotated[Whole, Field(ge=0, le=60 * 24 * 60)]
    km: Annotated[Whole, Field(ge=0, le=20_000)] | None = None
    crossing: Code | None = None
    lane: borders.Lane = GENERAL_LANE
    mode: Mode = Mode.ROAD
    carriage: Carriage = Carriage.THROUGH
    source: Source | None = None
    assumed: bool = False
    per_kg: Annotated[Exact, Field(gt=0, le=1_000_000, decimal_places=6)] | None = None


class RunEntry(Request):
    """A weekly departure by the hub's clock."""

    day: Weekday
    at: Clock


class LineEntry(Request):
    """A line with its stops, its runs and what it asks."""

    code: Code
    name: Name
    names: dict[Literal["zh", "vi"], Name] = Field(default_factory=dict)
    hub: Code
    carrier: Code
    vehicle: Code
    currency: Currency
    minimum: Annotated[Exact, Field(ge=0, le=1_000_000_000)]
    m3_factor: Factor = None
    ldm_factor: Factor = None
    note: Source
    source: Source
    stops: Annotated[list[StopEntry], Field(min_length=1, max_length=100)]
    runs: Annotated[list[RunEntry], Field(min_length=1, max_length=100)]


class CentreEntry(Request):
    """A distribution centre at a place of kind dc, kept by the operator or the partner with a registration number."""

    place: Code
    keeper: Line | None = None
    days: Annotated[list[Weekday], Field(min_length=1, max_length=7)] = Field(default_factory=lambda: list(WEEKDAYS))
    opens: borders.Clock
    closes: borders.Clock
    licence_number: Annotated[Line, Field(max_length=40)] | None = None
    licence_until: borders.OptionalBorderDay = None
    source: Source
    assumed: bool = False

    @property
    def figures(self) -> Figures:
        """What is said of the centre, as the rules read it."""
        return Figures(
            sum(1 << WEEKDAYS.index(day) for day in set(self.days)),
            self.opens,
            self.closes,
            self.licence_number,
            self.licence_until,
            self.source,
            is_assumed=self.assumed,
        )


class NetworkFile(Request):
    """Everything a file may say."""

    places: Annotated[list[PlaceEntry], Field(max_length=_MOST)] = Field(default_factory=list)
    carriers: Annotated[list[CarrierEntry], Field(min_length=1, max_length=_MOST)]
    crossings: Annotated[list[CrossingEntry], Field(max_length=_MOST)] = Field(default_factory=list)
    vehicles: Annotated[list[VehicleEntry], Field(min_length=1, max_length=_MOST)]
    lines: Annotated[list[LineEntry], Field(min_length=1, max_length=_MOST)]
    centres: Annotated[list[CentreEntry], Field(max_length=_MOST)] = Field(default_factory=list)


def read(path: Path) -> NetworkFile:
    """Read a file; Refused names every field that is wrong, by its way through the file: ``lines.0.stops.2.place``."""
    load: Callable[[str], Any] = json.loads if path.suffix == ".json" else tomllib.loads
    try:
        found = load(path.read_text("utf-8"))
    except (ValueError, RecursionError) as error:
        raise Refused.field("file", "file_unreadable", str(error)) from None
    return parse(NetworkFile, found if isinstance(found, dict) else {"file": found})


def check(file: NetworkFile, *, places: Collection[str]) -> None:
    """Refuse what names something that neither the file nor the city has, and what is named twice."""
    errors = [*_doubles(file), *_unknown(file, {*places, *(place.code for place in file.places)})]
    for index, line in enumerate(file.lines):
        places_of_currency = MINOR_UNITS[line.currency]
        if line.minimum != round(line.minimum, places_of_currency):
            errors.append(FieldError(f"lines.{index}.minimum", "too_fine", f"at most {places_of_currency} decimals"))
        if not any(stop.per_kg for stop in line.stops):
            errors.append(FieldError(f"lines.{index}.stops", "unpriced", "per_kg for one stop or more"))
    if errors:
        raise Refused.fields(*errors)


def plan(file: NetworkFile, *, carriers: Mapping[str, UUID], m3_factor: int, ldm_factor: int) -> NetworkPlan:
    """Return what the file asks for, with the carriers by their code and the factors of lines that name none."""
    return NetworkPlan(
        tuple(_crossing(one) for one in file.crossings),
        tuple(VehiclePlan(one.code, one.name, _load(one), one.source, int(one.teu * 100)) for one in file.vehicles),
        tuple(_line(one, carriers[one.carrier], m3_factor, ldm_factor) for one in file.lines),
    )


def _crossing(entry: CrossingEntry) -> CrossingPlan:
    return CrossingPlan(
        entry.code,
        entry.one_side,
        entry.other_side,
        hours=tuple(
            HoursPlan(
                one.side,
                Hours(
                    sum(1 << WEEKDAYS.index(day) for day in set(one.days)),
                    one.opens,
                    one.closes,
                    one.valid_from,
                    one.valid_to,
                ),
                one.source,
                one.assumed,
            )
            for one in entry.hours
        ),
        rules=tuple(
            RulePlan(
                one.lane,
                LaneRule(one.rule, checked_parameters(one.rule, hours=one.hours, chapters=one.chapters)),
                one.valid_from,
                one.source,
                one.assumed,
            )
            for one in entry.rules
        ),
    )


def _load(entry: VehicleEntry) -> Load:
    return Load(grams(entry.kg), cubic_centimetres(entry.m3) or 0, int(entry.ldm * 1_000), entry.pallets)


def _line(entry: LineEntry, carrier_company_id: UUID, m3_factor: int, ldm_factor: int) -> LinePlan:
    minimum = Money.of(str(entry.minimum), entry.currency)
    return LinePlan(
        code=entry.code,
        name=entry.name,
        names={str(locale): name for locale, name in entry.names.items()},
        hub_code=entry.hub,
        carrier_company_id=carrier_company_id,
        vehicle=entry.vehicle,
        legs=tuple(
            LegPlan(
                stop.place,
                stop.minutes,
                stop.source or entry.source,
                km=stop.km,
                crossing=stop.crossing,
                mode=stop.mode,
                carriage=stop.carriage,
                lane=stop.lane,
                is_assumed=stop.assumed,
            )
            for stop in entry.stops
        ),
        runs=tuple((WEEKDAYS.index(run.day), run.at) for run in entry.runs),
        rates={
            stop.place: Rates(
                UnitPrice.of(str(stop.per_kg), entry.currency),
                minimum,
                entry.m3_factor or m3_factor,
                entry.ldm_factor or ldm_factor,
            )
            for stop in entry.stops
            if stop.per_kg
        },
        note=entry.note,
    )


def _doubles(file: NetworkFile) -> Iterator[FieldError]:
    for section in ("places", "carriers", "crossings", "vehicles", "lines"):
        seen: set[str] = set()
        for index, entry in enumerate(getattr(file, section)):
            if entry.code in seen:
                yield FieldError(f"{section}.{index}.code", "taken")
            seen.add(entry.code)


def _unknown(file: NetworkFile, places: set[str]) -> Iterator[FieldError]:
    carriers, vehicles, crossings = (
        {entry.code for entry in section} for section in (file.carriers, file.vehicles, file.crossings)
    )
    for index, crossing in enumerate(file.crossings):
        yield from _missing(f"crossings.{index}.one_side", crossing.one_side, places)
        yield from _missing(f"crossings.{index}.other_side", crossing.other_side, places)
        for number, hours in enumerate(crossing.hours):
            sides = {crossing.one_side, crossing.other_side}
            yield from _missing(f"crossings.{index}.hours.{number}.side", hours.side, sides)
    for index, centre in enumerate(file.centres):
        yield from _missing(f"centres.{index}.place", centre.place, places)
    for index, line in enumerate(file.lines):
        yield from _missing(f"lines.{index}.hub", line.hub, places)
        yield from _missing(f"lines.{index}.carrier", line.carrier, carriers)
        yield from _missing(f"lines.{index}.vehicle", line.vehicle, vehicles)
        for position, stop in enumerate(line.stops):
            yield from _missing(f"lines.{index}.stops.{position}.place", stop.place, places)
            if stop.crossing is not None:
                yield from _missing(f"lines.{index}.stops.{position}.crossing", stop.crossing, crossings)


def _missing(field: str, code: str, known: Iterable[str]) -> Iterator[FieldError]:
    if code not in known:
        yield FieldError(field, "unknown", ", ".join(sorted(known)))


# The command line speaks English.
messages.register(
    fields={
        "clock": "Write %(accepted)s.",
        "zone": "Write %(accepted)s.",
        "unpriced": "Give a price: %(accepted)s.",
        "file_unreadable": "This is no TOML or JSON: %(accepted)s.",
    }
)
