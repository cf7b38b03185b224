"""What the API says of lorries on the road."""

from datetime import date
from uuid import UUID

from marketplace.api.shared.answers import Amount, Answer, Instant
from marketplace.edge.acts.road import HeldOption
from marketplace.edge.acts.road import Lorry as Seen
from marketplace.kernel import clock
from marketplace.logistics.queries.departures import DepartureRow
from marketplace.logistics.road.queries.bulk import BulkRow
from marketplace.logistics.road.queries.cooling import ExcursionRow
from marketplace.logistics.road.queries.declarations import DeclarationRow
from marketplace.logistics.road.queries.held import ChoiceRow
from marketplace.logistics.road.queries.lorries import HandoverRow
from marketplace.logistics.road.queries.movements import MovementRow


class ListedLorry(Answer):
    """A lorry in a list."""

    id: UUID
    reference: str
    state: str
    departs_at: Instant
    arrives_at: Instant
    hold_cause: str | None

    @classmethod
    def of(cls, row: DepartureRow) -> "ListedLorry":
        """Write a lorry."""
        return cls(
            id=row.id,
            reference=row.reference,
            state=str(row.state),
            departs_at=row.departs_at,
            arrives_at=row.arrives_at,
            hold_cause=str(row.hold_cause) if row.hold_cause else None,
        )


class Broker(Answer):
    """Who declares on a side."""

    side: str
    company_id: UUID
    company: str


class Amendment(Answer):
    """A change that customs took; used: the consignment was changed so."""

    change: str
    number: str
    cartons: int | None
    used: bool


class Declaration(Answer):
    """A declaration that was lodged; ``due``: changes that are to be amended still."""

    id: UUID
    side: str
    number: str
    lodged_on: date
    cartons: int
    amendments: list[Amendment]
    due: list[str]

    @classmethod
    def of(cls, row: DeclarationRow) -> "Declaration":
        """Write a declaration."""
        return cls(
            id=row.id,
            side=str(row.side),
            number=row.number,
            lodged_on=row.lodged_on,
            cartons=row.cartons,
            amendments=[
                Amendment(
                    change=str(each.change), number=each.number, cartons=each.cartons, used=each.used_at is not None
                )
                for each in row.amendments
            ],
            due=[str(each) for each in row.due],
        )


class Range(Answer):
    """Between which temperatures goods are kept, in tenths of °C; null is open."""

    set_point: int | None
    least: int | None
    most: int | None


class Cargo(Answer):
    """A consignment of a lorry, without whose it is."""

    booking_id: UUID
    booking: str
    state: str
    house_waybill: str | None
    to: str
    cartons: int
    grams: int
    range: Range | None
    declarations: list[Declaration]


class House(Answer):
    """A consignment that a transit movement lists."""

    booking: str
    house_waybill: str | None
    to: str
    cartons: int
    grams: int


class TransitStep(Answer):
    """What happened to a movement."""

    step: str
    place: str | None
    remark: str | None
    happened_at: Instant


class Transit(Answer):
    """A transit movement with its guarantee and what it lists: what a transit sheet says."""

    id: UUID
    departure_id: UUID
    departure: str
    regime: str
    from_stop: str
    to_stop: str
    state: str
    possible: list[str]
    mrn: str | None
    guarantee: str
    guarantee_reference: str
    secured: Amount
    guarantee_until: date
    discharge_by: Instant
    overdue: bool
    consignments: list[House]
    steps: list[TransitStep]

    @classmethod
    def of(cls, row: MovementRow) -> "Transit":
        """Write a movement."""
        return cls(
            id=row.id,
            departure_id=row.departure_id,
            departure=row.departure,
            regime=str(row.regime),
            from_stop=row.from_place,
            to_stop=row.to_place,
            state=str(row.state),
            possible=[str(one) for one in row.possible],
            mrn=row.mrn,
            guarantee=str(row.guarantee),
            guarantee_reference=row.guarantee_reference,
            secured=Amount.of(row.secured),
            guarantee_until=row.guarantee_until,
            discharge_by=row.discharge_by,
            overdue=row.is_overdue(clock.now()),
            consignments=[
                House(
                    booking=each.booking,
                    house_waybill=each.house_waybill,
                    to=each.to_place,
                    cartons=each.cartons,
                    grams=each.grams,
                )
                for each in row.consignments
            ],
            steps=[
                TransitStep(
                    step=str(each.step),
                    place=each.place_code,
                    remark=str(each.remark) if each.remark else None,
                    happened_at=each.happened_at,
                )
                for each in row.steps
            ],
        )


class Handover(Answer):
    """A handover from a crew to another; ``new_seal`` where the old one was broken."""

    id: UUID
    place: str
    cause: str
    from_crew: UUID
    to_crew: UUID
    odometer_km: int | None
    seal_read: str
    new_seal: str | None
    seal_reason: str | None
    happened_at: Instant

    @classmethod
    def of(cls, row: HandoverRow) -> "Handover":
        """Write a handover."""
        return cls(
            id=row.id,
            place=row.place_code,
            cause=str(row.cause),
            from_crew=row.from_crew,
            to_crew=row.to_crew,
            odometer_km=row.odometer_km,
            seal_read=row.seal_read,
            new_seal=row.new_seal,
            seal_reason=str(row.seal_reason) if row.seal_reason else None,
            happened_at=row.happened_at,
        )


class PreCooling(Answer):
    """That a trailer was cooled down, in tenths of °C, and its logger."""

    tenths: int
    logger: str
    happened_at: Instant


class Reading(Answer):
    """What a logger measured, in tenths of °C."""

    logger: str
    at: Instant
    tenths: int


class Excursion(Answer):
    """A case: a consignment stood outside its range for too long; ``worst`` in tenths of °C."""

    id: UUID
    booking_id: UUID
    booking: str
    departure: str
    logger: str
    began_at: Instant
    ended_at: Instant | None
    worst: int
    closed: bool

    @classmethod
    def of(cls, row: ExcursionRow) -> "Excursion":
        """Write a case."""
        return cls(
            id=row.id,
            booking_id=row.booking_id,
            booking=row.booking,
            departure=row.departure,
            logger=row.logger,
            began_at=row.began_at,
            ended_at=row.ended_at,
            worst=row.worst,
            closed=row.closed_at is not None,
        )


class Choice(Answer):
    """What was chosen for a held lorry; the cost is shared out by the published table when the hold ends."""

    id: UUID
    booking: str | None
    option: str
    cause: str
    place: str | None
    eta: Instant | None
    cost: Amount
    chosen_at: Instant

    @classmethod
    def of(cls, row: ChoiceRow) -> "Choice":
        """Write a choice."""
        return cls(
            id=row.id,
            booking=row.booking,
            option=str(row.option),
            cause=str(row.cause),
            place=row.place_code,
            eta=row.eta,
            cost=Amount.of(row.cost),
            chosen_at=row.chosen_at,
        )


class Stop(Answer):
    """A stop on the way: planned, expected where that differs from the plan, and when the lorry was there."""

    place: str
    border: bool
    planned: Instant
    expected: Instant | None
    reached: Instant | None


class Lorry(Answer):
    """A lorry as the asker sees it: what is not its business is empty; ``may_resume``: the asker may end its hold."""

    departure: ListedLorry
    acts_as: str
    sides: list[str]
    way: list[Stop]
    may_resume: bool
    brokers: list[Broker]
    cargo: list[Cargo]
    transits: list[Transit]
    seals: list[str]
    handovers: list[Handover]
    pre_coolings: list[PreCooling]
    readings: list[Reading]
    excursions: list[Excursion]
    choices: list[Choice]

    @classmethod
    def of(cls, seen: Seen) -> "Lorry":
        """Write a lorry."""
        return cls(
            departure=ListedLorry.of(seen.departure),
            acts_as=str(seen.reach.hat),
            sides=sorted(seen.reach.sides),
            way=[
                Stop(
                    place=stop.place.code,
                    border=stop.is_border,
                    planned=times.planned,
                    expected=times.estimated,
                    reached=times.actual,
                )
                for stop, times in zip(seen.departure.stops, seen.times, strict=True)
            ],
            may_resume=seen.may_resume,
            brokers=[
                Broker(side=str(each.side), company_id=each.company_id, company=each.company) for each in seen.brokers
            ],
            cargo=[
                Cargo(
                    booking_id=row.booking_id,
                    booking=row.booking,
                    state=str(row.state),
                    house_waybill=row.house_waybill,
                    to=row.to_place,
                    cartons=row.cartons,
                    grams=row.grams,
                    range=_range(seen, row.booking_id),
                    declarations=[Declaration.of(each) for each in seen.declarations.get(row.booking_id, ())],
                )
                for row in seen.cargo
            ],
            transits=[Transit.of(each) for each in seen.movements],
            seals=list(seen.seals),
            handovers=[Handover.of(each) for each in seen.handovers],
            pre_coolings=[PreCooling.model_validate(each) for each in seen.pre_coolings],
            readings=[Reading.model_validate(each) for each in seen.readings],
            excursions=[Excursion.of(each) for each in seen.cases],
            choices=[Choice.of(each) for each in seen.choices],
        )


def _range(seen: Seen, booking_id: UUID) -> Range | None:
    row = seen.ranges.get(booking_id)
    return None if row is None else Range(set_point=row.set_point, least=row.range.least, most=row.range.most)


class Quote(Answer):
    """What an option costs, and when the goods are expected then; null: nobody knows yet. Figures are fictitious."""

    option: str
    cost: Amount
    eta: Instant | None


class Onward(Answer):
    """A lorry that takes a consignment on."""

    departure_id: UUID
    reference: str
    eta: Instant


class Held(Answer):
    """What may be chosen for a consignment of a held lorry."""

    booking_id: UUID
    booking: str
    options: list[Quote]
    onward: list[Onward]

    @classmethod
    def of(cls, row: HeldOption) -> "Held":
        """Write the options of a consignment."""
        return cls(
            booking_id=row.cargo.booking_id,
            booking=row.cargo.booking,
            options=[Quote(option=str(each.option), cost=Amount.of(each.cost), eta=each.eta) for each in row.quotes],
            onward=[
                Onward(departure_id=each.departure_id, reference=each.reference, eta=each.eta) for each in row.onward
            ],
        )


class Kept(Answer):
    """What a logger's file brought: readings in it, new ones among them, cases that it opened."""

    read: int
    added: int
    opened: int


class Noted(Answer):
    """Of how many consignments it was noted, and the id by which all of it is taken back."""

    id: UUID
    count: int


class BulkNote(Answer):
    """What was noted of so many consignments at once."""

    id: UUID
    code: int
    place: str | None
    happened_at: Instant
    count: int
    noted_at: Instant
    withdrawn_at: Instant | None

    @classmethod
    def of(cls, row: BulkRow) -> "BulkNote":
        """Write a note."""
        return cls(
            id=row.id,
            code=row.code,
            place=row.place_code,
            happened_at=row.happened_at,
            count=row.count,
            noted_at=row.noted_at,
            withdrawn_at=row.withdrawn_at,
        )


class Withdrawn(Answer):
    """How many events were taken back."""

    count: int
