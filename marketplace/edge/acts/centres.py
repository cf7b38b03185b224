"""Acts on distribution centres and what lies in them; shared by pages and API."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final
from uuid import UUID
from zoneinfo import available_timezones

from sqlalchemy.orm import Session

from marketplace.accounts import queries as accounts
from marketplace.accounts.queries import CompanyRow
from marketplace.accounts.rules.permissions import CompanyKind, Permission
from marketplace.distribution.centres import queries as offers
from marketplace.distribution.centres.services import announcing, selling
from marketplace.edge.identity import require_actor
from marketplace.edge.requests import centres as requests
from marketplace.kernel import clock
from marketplace.kernel.actor import Actor
from marketplace.kernel.cells import as_csv
from marketplace.kernel.db import reading
from marketplace.kernel.errors import FieldError, NotFound, Refused
from marketplace.kernel.pages import Page
from marketplace.logistics.centres.queries import centres, lots, papers
from marketplace.logistics.centres.queries.centres import CentreRow
from marketplace.logistics.centres.queries.lots import LotRow, MovementRow
from marketplace.logistics.centres.queries.papers import ArrivalRow, CountRow, ProofRow, TransferRow
from marketplace.logistics.centres.rules.counts import CountState
from marketplace.logistics.centres.rules.lots import STAGES
from marketplace.logistics.centres.services import (
    arriving,
    counting,
    keeping,
    leaving,
    releasing,
    transferring,
)
from marketplace.logistics.centres.services.releasing import Declared
from marketplace.reference import queries as reference_queries
from marketplace.reference import services as reference
from marketplace.reference.rules import PlaceKind

_LEAVES: Final = {"out": leaving.hand_out, "damaged": leaving.write_off, "reexported": leaving.reexport}


@dataclass(frozen=True, slots=True)
class LotSeen:
    """A lot for somebody who may see it: where, what it is called, what happened, and what its reader may do."""

    row: LotRow
    centre: CentreRow
    name: offers.Named
    movements: tuple[MovementRow, ...]
    today: date
    keeps: bool
    releases: bool
    owns: bool


def open_centre(session: Session, body: requests.NewCentreBody) -> UUID:
    """Open a centre, and add its place where the city has none of this code."""
    actor = require_actor()
    actor.must(Permission.OPERATOR_NETWORK_EDIT)
    if body.name is not None:
        _add_place(session, body)
    elif not reference_queries.places_by_code(session, (body.place,)):
        there = ", ".join(place.code for place in reference_queries.places(session, PlaceKind.DC))
        known = FieldError("place", "choice", there or "a place of kind dc")
        raise Refused.fields(known, FieldError("name", "required", "a value"))
    return keeping.open_centre(
        session,
        actor=actor,
        place_code=body.place,
        keeper_id=body.keeper or actor.company,
        figures=body.figures,
        now=clock.now(),
    )


def _add_place(session: Session, body: requests.NewCentreBody) -> None:
    errors: list[FieldError] = []
    if body.country is None:
        errors.append(FieldError("country", "required", "a value"))
    if body.zone not in available_timezones():
        errors.append(FieldError("zone", "unknown", "a time zone such as Asia/Shanghai"))
    if errors or body.country is None or body.zone is None or body.name is None:
        raise Refused.fields(*errors)
    reference.add_place(
        session,
        code=body.place,
        name=body.name,
        names={},
        country=body.country,
        kind=PlaceKind.DC,
        zone=body.zone,
        unlocode=None,
        latitude=body.latitude,
        longitude=body.longitude,
        source=body.source,
    )


def change_centre(session: Session, centre_id: UUID, body: requests.ChangedCentreBody) -> None:
    """Say something else of a centre."""
    actor = require_actor()
    keeping.change(
        session,
        actor=actor,
        centre_id=centre_id,
        keeper_id=body.keeper or actor.company,
        figures=body.figures,
        version=body.version,
        now=clock.now(),
    )


def every_centre() -> tuple[CentreRow, ...]:
    """Return all centres."""
    return centres.centres(reading())


def own_centres() -> tuple[CentreRow, ...]:
    """Return the centres that the asker works in."""
    actor = require_actor()
    return centres.centres(reading(), company_id=None if _runs(actor) else actor.company)


def keepers() -> tuple[CompanyRow, ...]:
    """Return who may keep a centre besides the operator."""
    return accounts.companies_of_kind(reading(), kind=CompanyKind.DC)


def brokers() -> tuple[CompanyRow, ...]:
    """Return the customs brokers of the city."""
    return accounts.companies_of_kind(reading(), kind=CompanyKind.BROKER)


def kept_lots(cursor: str | None) -> Page[LotRow]:
    """Return what lies in the asker's centres."""
    return lots.lying(reading(), centre_ids=_own_ids(), cursor=cursor)


def ending() -> tuple[LotRow, ...]:
    """Return what must leave bond within 30 days in the asker's centres, or should have, the first at the front."""
    within = clock.now().date() + timedelta(days=max(STAGES))
    mine = _own_ids()
    return tuple(row for row in lots.ending(reading(), within=within) if row.centre_id in mine)


def arrivals(cursor: str | None) -> Page[ArrivalRow]:
    """Return what is announced to the asker's centres."""
    return papers.arrivals(reading(), centre_ids=_own_ids(), cursor=cursor)


def arrival(arrival_id: UUID) -> ArrivalRow:
    """Return goods announced to one of the asker's centres; NotFound."""
    found = papers.arrival(reading(), arrival_id=arrival_id)
    if found.centre_id not in _own_ids():
        raise NotFound("arrival")
    return found


def transfers(cursor: str | None) -> Page[TransferRow]:
    """Return what is on its way from or to the asker's centres."""
    return papers.transfers(reading(), centre_ids=_own_ids(), cursor=cursor)


def transfer(transfer_id: UUID) -> TransferRow:
    """Return a transfer from or to one of the asker's centres; NotFound."""
    return papers.transfer(reading(), transfer_id=transfer_id, centre_ids=_own_ids())


def counts(centre_id: UUID) -> tuple[CountRow, ...]:
    """Return the count sheets of one of the asker's centres that are not ended."""
    keeping.kept(reading(), actor=require_actor(), centre_id=centre_id)
    return papers.counts(reading(), centre_id=centre_id)


def count(count_id: UUID) -> CountRow:
    """Return a count sheet of one of the asker's centres; NotFound."""
    found = papers.count(reading(), count_id=count_id)
    if found.centre_id not in _own_ids():
        raise NotFound("count")
    return found


def _own_ids() -> frozenset[UUID]:
    return frozenset(row.id for row in own_centres())


def take_in(session: Session, arrival_id: UUID, body: requests.TakingBody) -> UUID:
    """Put announced goods into a lot."""
    return arriving.take_in(
        session,
        actor=require_actor(),
        arrival_id=arrival_id,
        quantity=body.quantity,
        papers=body.papers,
        now=clock.now(),
    )


def lot(lot_id: UUID) -> LotSeen:
    """Return a lot for its owner, keeper or broker, or the operator; NotFound."""
    session, actor = reading(), require_actor()
    row = lots.seen(session, lot_id=lot_id, company_id=actor.company, is_operator=_runs(actor))
    centre = centres.centre(session, centre_id=row.centre_id)
    runs = _runs(actor)
    return LotSeen(
        row,
        centre,
        names((row.listing_id,))[row.listing_id],
        lots.movements(session, lot_id=lot_id),
        centre.today(clock.now()),
        keeps=actor.may(Permission.PARTNER_CENTRE_KEEP) and (runs or centre.company_id == actor.company),
        releases=actor.may(Permission.PARTNER_RELEASE_RECORD) and (runs or row.broker_id == actor.company),
        owns=actor.may(Permission.CATALOG_LISTING_EDIT) and row.company_id == actor.company,
    )


def usable_proofs(row: LotRow) -> tuple[ProofRow, ...]:
    """Return the proofs of a lot's owner with which it may be released."""
    return papers.usable_proofs(reading(), company_id=row.company_id, listing_id=row.listing_id)


def move(session: Session, lot_id: UUID, body: requests.MovementBody) -> None:
    """Let units of a lot leave."""
    _LEAVES[body.kind](
        session,
        actor=require_actor(),
        lot_id=lot_id,
        quantity=body.quantity,
        number=body.number,
        now=clock.now(),
    )


def send(session: Session, lot_id: UUID, body: requests.TransferBody) -> UUID:
    """Send units to another centre."""
    return transferring.send(
        session,
        actor=require_actor(),
        lot_id=lot_id,
        to_centre_id=body.to_centre,
        quantity=body.quantity,
        transit_reference=body.transit_reference,
        now=clock.now(),
    )


def receive(session: Session, transfer_id: UUID, body: requests.ReceiptBody) -> UUID | None:
    """Take in what arrived of a transfer."""
    return transferring.receive(
        session,
        actor=require_actor(),
        transfer_id=transfer_id,
        quantity=body.quantity,
        entry_number=body.entry_number,
        now=clock.now(),
    )


def release(session: Session, lot_id: UUID, body: requests.ReleaseBody) -> UUID:
    """Let units of a bonded lot into the country."""
    declared = Declared(
        body.declaration_number,
        body.declaration_line,
        body.declared_on,
        duty_paid=body.duty_paid,
        proof_id=body.origin_proof,
    )
    return releasing.release(
        session, actor=require_actor(), lot_id=lot_id, quantity=body.quantity, declared=declared, now=clock.now()
    )


def to_release(cursor: str | None) -> Page[LotRow]:
    """Return the bonded lots that the asker's company was named for; of the operator, all of them."""
    actor = require_actor()
    return lots.to_release(reading(), broker_id=None if _runs(actor) else actor.company, cursor=cursor)


def open_sheet(session: Session, centre_id: UUID) -> UUID:
    """Begin to count a centre."""
    return counting.open_sheet(session, actor=require_actor(), centre_id=centre_id, now=clock.now())


def enter(session: Session, count_id: UUID, body: requests.FiguresBody) -> CountState:
    """Enter what was found."""
    return counting.enter(session, actor=require_actor(), count_id=count_id, counted=body.counted, now=clock.now())


def decide(session: Session, count_id: UUID, body: requests.DecisionBody) -> None:
    """Book a sheet's differences, or drop it."""
    done = counting.confirm if body.act == "confirm" else counting.drop
    done(session, actor=require_actor(), count_id=count_id, now=clock.now())


def own_stock(cursor: str | None) -> Page[LotRow]:
    """Return what the asker's company has in centres."""
    return lots.owned(reading(), company_id=require_actor().company, cursor=cursor)


def own_announcements() -> tuple[ArrivalRow, ...]:
    """Return what the asker's company has announced, and what is not there yet."""
    return papers.arrivals(reading(), company_id=require_actor().company).items


def own_proofs() -> tuple[ProofRow, ...]:
    """Return the origin proofs of the asker's company."""
    return papers.proofs(reading(), company_id=require_actor().company)


def own_offers() -> tuple[offers.Sold, ...]:
    """Return from where the listings of the asker's company are sold."""
    return offers.offers_of(reading(), company_id=require_actor().company)


def own_listings() -> dict[UUID, offers.Named]:
    """Return the listings of the asker's company that are on sale."""
    return offers.live_names(reading(), company_id=require_actor().company)


def announce(session: Session, body: requests.AnnouncementBody) -> UUID:
    """Announce goods to a centre."""
    return announcing.announce(
        session,
        actor=require_actor(),
        centre_id=body.centre,
        listing_id=body.listing,
        quantity=body.quantity,
        house_waybill=body.house_waybill,
        broker_id=body.broker,
        now=clock.now(),
    )


def withdraw(session: Session, arrival_id: UUID) -> None:
    """Take an announcement back."""
    arriving.withdraw(session, actor=require_actor(), arrival_id=arrival_id, now=clock.now())


def show_proof(session: Session, body: requests.ProofBody) -> UUID:
    """Enter an origin proof."""
    return announcing.show_proof(
        session, actor=require_actor(), listing_id=body.listing, proof=body.proof, now=clock.now()
    )


def name_broker(session: Session, lot_id: UUID, body: requests.BrokerBody) -> None:
    """Let a broker release a lot."""
    leaving.name_broker(session, actor=require_actor(), lot_id=lot_id, broker_id=body.broker, now=clock.now())


def offer(session: Session, body: requests.OfferBody) -> None:
    """Sell a listing from a centre."""
    selling.offer(
        session,
        actor=require_actor(),
        listing_id=body.listing,
        centre_id=body.centre,
        status=body.status,
        now=clock.now(),
    )


def end_offer(session: Session, listing_id: UUID, centre_id: UUID) -> None:
    """Sell a listing from a centre no more."""
    selling.end(session, actor=require_actor(), listing_id=listing_id, centre_id=centre_id, now=clock.now())


def names(listing_ids: Iterable[UUID]) -> dict[UUID, offers.Named]:
    """Return what goods are called."""
    return offers.names(reading(), listing_ids=set(listing_ids))


def companies(company_ids: Iterable[UUID]) -> dict[UUID, str]:
    """Return the names of companies."""
    found = accounts.get_companies(reading(), company_ids=set(company_ids))
    return {company_id: row.name for company_id, row in found.items()}


def places(centre_ids: Iterable[UUID]) -> dict[UUID, CentreRow]:
    """Return centres by id."""
    return centres.centres_by_id(reading(), centre_ids=set(centre_ids))


def table() -> bytes:
    """Return everything that the asker's company has in centres, as CSV whose cells no program takes for formulas."""
    rows = lots.all_lots(reading(), company_id=require_actor().company)
    named, there, now = names(row.listing_id for row in rows), places(row.centre_id for row in rows), clock.now()

    def cells(row: LotRow) -> tuple[object, ...]:
        centre = there[row.centre_id]
        return (
            row.reference,
            centre.place.code,
            named[row.listing_id].sku,
            row.status,
            row.on_hand,
            row.promised,
            row.unit,
            weight(row),
            row.entry_number,
            row.bonded_until,
            row.days_left(centre.today(now)),
            row.declaration_number,
            row.declaration_line,
        )

    return ("\ufeff" + as_csv((COLUMNS, *map(cells, rows)))).encode()


def weight(row: LotRow) -> str:
    """Return what a lot weighs in kilograms, nothing where that is not known."""
    return "" if row.grams is None else f"{row.grams * row.on_hand / 1000:.3f}"


COLUMNS: Final = (
    "lot", "centre", "sku", "status", "on_hand", "promised", "unit", "kg", "entry_number", "bonded_until",
    "days_left", "declaration_number", "declaration_line",
)  # fmt: skip


def _runs(actor: Actor) -> bool:
    return actor.company_kind == CompanyKind.OPERATOR
