"""What the API says of inspections."""

from datetime import date
from typing import Any
from uuid import UUID

from marketplace.accounts.queries import CompanyRow
from marketplace.api.shared.answers import Amount, Answer, Instant
from marketplace.edge.acts.inspections import InspectionSeen
from marketplace.orders.queries.inspections import InspectionRow
from marketplace.orders.rules.sampling import shown


class Inspector(Answer):
    """A company that can be asked to inspect."""

    id: UUID
    name: str
    country: str
    kind: str

    @classmethod
    def of(cls, row: CompanyRow) -> "Inspector":
        """Write a company."""
        return cls(id=row.id, name=row.name, country=row.country, kind=str(row.kind))


class SamplingPlan(Answer):
    """A single sampling plan of ISO 2859-1: units to look at, and bad ones accepted by class."""

    lot: int
    level: str
    code_letter: str
    sample: int
    major_aql: str
    minor_aql: str
    critical_accepted: int
    major_accepted: int
    minor_accepted: int


class Reported(Answer):
    """What was found in the sample; ``result`` is passed, conditional or failed, also after another inspection."""

    result: str
    critical: int
    major: int
    minor: int
    checklist: dict[str, str]
    at: Instant


class Inspection(Answer):
    """An inspection; ``owner`` has the next move until ``deadline_at``, then ``by_silence`` happens."""

    id: UUID
    reference: str
    order_id: UUID
    order_reference: str
    line_id: UUID
    number: int
    merchant_id: UUID
    payer_id: UUID
    inspector_id: UUID
    sku: str
    titles: dict[str, str]
    commodity_class: str
    planned_on: date
    plan: SamplingPlan
    points: list[str]
    fee: Amount
    state: str
    holds_up: bool
    owner: str | None
    deadline_at: Instant | None
    by_silence: str | None
    reported: Reported | None
    asked_at: Instant
    ended_at: Instant | None

    @classmethod
    def of(cls, row: InspectionRow) -> "Inspection":
        """Write an inspection."""
        return cls(**_facts(row))


class InspectionShown(Inspection):
    """An inspection with what its inspector wrote and showed, and what the reader may do.

    ``missed_cutoff`` is until when the lorry of the goods takes cargo where the inspection is planned for a later day:
    the goods then go with a later one. Null otherwise.
    """

    remarks: str
    photos: list[UUID]
    acts: list[str]
    missed_cutoff: Instant | None

    @classmethod
    def seen(cls, seen: InspectionSeen) -> "InspectionShown":
        """Write an inspection in full."""
        return cls(
            **_facts(seen.row),
            remarks=seen.row.remarks,
            photos=list(seen.row.photos),
            acts=list(seen.acts),
            missed_cutoff=seen.missed_cutoff,
        )


def _facts(row: InspectionRow) -> dict[str, Any]:
    reported = None
    if row.reported_at is not None:
        reported = Reported(
            result=str(row.result),
            critical=row.critical or 0,
            major=row.major or 0,
            minor=row.minor or 0,
            checklist=dict(row.checklist or {}),
            at=row.reported_at,
        )
    return {
        "id": row.id,
        "reference": row.reference,
        "order_id": row.order_id,
        "order_reference": row.order_reference,
        "line_id": row.line_id,
        "number": row.number,
        "merchant_id": row.merchant_id,
        "payer_id": row.payer_id,
        "inspector_id": row.inspector_id,
        "sku": row.sku,
        "titles": row.titles,
        "commodity_class": str(row.commodity),
        "planned_on": row.planned_on,
        "plan": SamplingPlan(
            lot=row.lot,
            level=str(row.level),
            code_letter=row.letter,
            sample=row.sample,
            major_aql=shown(row.major_aql),
            minor_aql=shown(row.minor_aql),
            critical_accepted=0,
            major_accepted=row.major_accepted,
            minor_accepted=row.minor_accepted,
        ),
        "points": list(row.points),
        "fee": Amount.of(row.fee),
        "state": str(row.state),
        "holds_up": row.holds_up,
        "owner": str(row.owner) if row.owner else None,
        "deadline_at": row.deadline_at,
        "by_silence": row.by_silence,
        "reported": reported,
        "asked_at": row.asked_at,
        "ended_at": row.ended_at,
    }
