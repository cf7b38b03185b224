"""What the API says of how a departure brings goods there."""

from datetime import datetime, timedelta

from marketplace.api.shared.answers import Answer, Instant
from marketplace.logistics.itineraries.queries.ways import WayRow
from marketplace.logistics.itineraries.rules.spread import Spread


class Punctuality(Answer):
    """How far from plan the line was there in the last year: minutes of one in ten, half and nine in ten arrivals.

    The three instants are the plan moved by these. Of fewer than five ``arrivals`` nothing is said.
    """

    arrivals: int
    p10_minutes: int
    p50_minutes: int
    p90_minutes: int
    early_at: Instant
    usual_at: Instant
    late_at: Instant

    @classmethod
    def of(cls, spread: Spread | None, arrives_at: datetime) -> "Punctuality | None":
        """Write a spread."""
        if spread is None:
            return None
        early, usual, late = (arrives_at + timedelta(minutes=each) for each in (spread.p10, spread.p50, spread.p90))
        return cls(
            arrivals=spread.count,
            p10_minutes=spread.p10,
            p50_minutes=spread.p50,
            p90_minutes=spread.p90,
            early_at=early,
            usual_at=usual,
            late_at=late,
        )


class Way(Answer):
    """By what a departure goes to a place, how it handles goods on the way, how far, how punctual, and CO2e in grams.

    ``form``: road, rail, sea, rail_sea. ``carriage``: through, swap (another tractor), tranship (the cargo changes
    over). With ``km_derived`` part of the kilometres comes from positions. ``GET /emission-factors`` says the method.
    """

    form: str
    carriage: str
    km: int
    km_derived: bool
    co2e_grams: int
    punctuality: Punctuality | None

    @classmethod
    def of(cls, way: WayRow, *, load_grams: int, arrives_at: datetime) -> "Way":
        """Write a way for a load of so many grams."""
        return cls(
            form=way.form.value,
            carriage=way.carriage.value,
            km=way.km,
            km_derived=way.is_derived,
            co2e_grams=way.co2e_grams(load_grams),
            punctuality=Punctuality.of(way.spread, arrives_at),
        )
