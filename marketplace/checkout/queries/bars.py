"""Read which departures do not take goods of a cart though they have room: beside whom, or too late for danger."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from marketplace.catalog.rules.rows import OfferRow
from marketplace.checkout.rules.cargo import Bar, cargo_of
from marketplace.logistics.fleet.queries import cutoffs
from marketplace.logistics.fleet.rules.cutoffs import CutoffKind
from marketplace.logistics.planning.queries.neighbours import clashes
from marketplace.logistics.planning.rules.segregation import Nature
from marketplace.logistics.queries.options import OptionRow


def bars(
    session: Session,
    *,
    offers: Mapping[UUID, OfferRow],
    options: Mapping[UUID, Sequence[OptionRow]],
    now: datetime,
) -> dict[tuple[UUID, UUID], Bar]:
    """Return why departures do not take goods, by listing and departure; plain goods are taken and ask nothing."""
    said = {key: cargo_of(offers[key]) for key in options}
    odd = {key: cargo for key, cargo in said.items() if not cargo.is_plain}
    if not odd:
        return {}
    going = {row.departure_id for key in odd for row in options[key]}
    natures = {
        key: Nature(
            one.un_number,
            one.labels,
            one.food,
            one.temp_min,
            one.temp_max,
            offers[key].hs_code,
            str(offers[key].merchant_id),
        )
        for key, one in odd.items()
    }
    beside = clashes(session, natures=natures, departure_ids=going, now=now)
    found = {
        (key, row.departure_id): Bar.SEGREGATION
        for key in odd
        for row in options[key]
        if row.departure_id in beside[key]
    }
    dangerous = [key for key, cargo in odd.items() if cargo.is_dangerous]
    if not dangerous:
        return found
    over = cutoffs.passed(session, departure_ids=going, kind=CutoffKind.DANGEROUS, now=now)
    return found | {
        (key, row.departure_id): Bar.DANGEROUS_CUTOFF
        for key in dangerous
        for row in options[key]
        if row.departure_id in over
    }
