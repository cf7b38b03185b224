"""Read which departures, and which ways with a change, can carry the lines of a cart."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from marketplace.accounts.rules.closures import Works, order_before, ready_at
from marketplace.catalog.rules.pricing import hub_of
from marketplace.catalog.rules.rows import OfferRow
from marketplace.checkout.queries.bars import bars
from marketplace.checkout.queries.changes import Leg, changes
from marketplace.checkout.rules.cargo import Bar
from marketplace.checkout.rules.items import Item, destination_of, load_of_line
from marketplace.checkout.rules.options import Change, Option
from marketplace.kernel.quantity import Load
from marketplace.logistics.queries import options as option_queries
from marketplace.logistics.queries.options import OptionRow


@dataclass(frozen=True, slots=True)
class Offered:
    """The lines of a cart that are packed and go somewhere, as departures are looked for: by listing."""

    legs: Mapping[UUID, Leg]
    offers: Mapping[UUID, OfferRow]
    works: Mapping[UUID, Works]
    now: datetime
    # Lines of one merchant that take as long to make share this day, and a cart may have two hundred of them.
    _before: dict[tuple[UUID, int | None, datetime], datetime] = field(
        default_factory=dict[tuple[UUID, int | None, datetime], datetime]
    )

    @classmethod
    def of(
        cls,
        items: Sequence[Item],
        offers: Mapping[UUID, OfferRow],
        to: str | None,
        works: Mapping[UUID, Works],
        confirm_by: Mapping[UUID, datetime],
        now: datetime,
    ) -> "Offered":
        """Return what is looked for of these items, without those that have no packing or place, or lie in a centre."""
        legs: dict[UUID, Leg] = {}
        for item in items:
            key, offer = item.listing_id, offers.get(item.listing_id)
            place = destination_of(item.place_code, item.incoterm, to)
            if offer is None or place is None or offer.packing is None or item.lying is not None:
                continue
            legs[key] = Leg(
                hub_code=hub_of(item.incoterm, item.place_code, offer.hub_code),
                to_place=place,
                load=load_of_line(item.quantity, offer.packing),
                ready_at=ready_at(works[key], offer.lead_days, now),
                surely_ready=ready_at(works[key], offer.lead_days, confirm_by[key]),
            )
        return cls(legs, offers, works, now)

    def options(self, session: Session) -> dict[UUID, tuple[Option, ...]]:
        """Return the departures that each line could go with by itself, by arrival."""
        wants = {key: (leg.hub_code, leg.to_place, leg.load, leg.ready_at) for key, leg in self.legs.items()}
        surely = {key: leg.surely_ready for key, leg in self.legs.items()}
        found = option_queries.options_for(session, wants=wants, surely_ready=surely, now=self.now)
        barring = bars(session, offers=self.offers, options=found, now=self.now)
        return {
            key: tuple(self.shown(key, row, self.legs[key].load, barring.get((key, row.departure_id))) for row in rows)
            for key, rows in found.items()
        }

    def changes(self, session: Session, keys: Collection[UUID] | None = None) -> dict[UUID, tuple[Change, ...]]:
        """Return the ways with a change of these lines, of all where none are named."""
        legs = {key: leg for key, leg in self.legs.items() if keys is None or key in keys}
        if not legs:
            return {}
        return changes(session, legs=legs, offers=self.offers, shown=self.shown, now=self.now)

    def shown(self, key: UUID, row: OptionRow, load: Load, bar: Bar | None) -> Option:
        """Return a departure as the cart shows it."""
        return option_of(
            row,
            load=load,
            fits=load.fits(row.room),
            bar=bar,
            confirm_before=self._confirm_before(key, row.cutoff_cargo_at),
            tight=row.cutoff_cargo_at <= self.legs[key].surely_ready,
        )

    def _confirm_before(self, listing_id: UUID, cutoff: datetime) -> datetime:
        offer = self.offers[listing_id]
        key = (offer.merchant_id, offer.lead_days, cutoff)
        if key not in self._before:
            self._before[key] = order_before(self.works[listing_id], offer.lead_days, cutoff)
        return self._before[key]


def option_of(
    row: OptionRow, *, load: Load, fits: bool, bar: Bar | None, confirm_before: datetime, tight: bool
) -> Option:
    """Return a departure that takes a load as a choice."""
    return Option(
        departure_id=row.departure_id,
        reference=row.reference,
        line_code=row.line_code,
        line_name=row.line_name,
        line_names=row.line_names,
        to_place=row.to_place,
        departs_at=row.departs_at,
        departs_zone=row.zones[0],
        cutoff_cargo_at=row.cutoff_cargo_at,
        arrives_at=row.arrives_at,
        arrives_zone=row.zones[1],
        freight=row.freight,
        chargeable_g=row.chargeable_g or 0,
        binding=str(row.binding or ""),
        tariff_id=row.tariff_id,
        carrier_id=row.carrier_company_id,
        fits=fits,
        bar=bar,
        confirm_before=confirm_before,
        tight=tight,
        made=row.made,
        whole=row.whole,
        is_empty=row.is_empty,
        load=load,
        room=row.room,
        capacity=row.capacity,
        rates=row.rates,
    )
