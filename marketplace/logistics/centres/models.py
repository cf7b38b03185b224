"""Tables of distribution centres: lots with their movements, origin proofs, releases, transfers, counts."""

from datetime import date, datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from marketplace.kernel.columns import StateColumn, UtcDateTime
from marketplace.kernel.db import Base, insert_only
from marketplace.kernel.ids import new_id
from marketplace.logistics.centres.rules.counts import ArrivalState, CountState, Reason, TransferState
from marketplace.logistics.centres.rules.lots import LONGEST_NUMBER, Move, Status
from marketplace.logistics.centres.rules.proofs import ProofKind

_NUMBER = sa.String(LONGEST_NUMBER)


class Centre(Base):
    """A distribution centre at a place of kind dc, kept by a company; its figures are those of its newest version."""

    __tablename__ = "centre"

    id: Mapped[UUID] = mapped_column(sa.Uuid, primary_key=True, default=new_id)
    place_code: Mapped[str] = mapped_column(sa.ForeignKey("place.code"), unique=True)
    company_id: Mapped[UUID] = mapped_column(sa.ForeignKey("company.id"), index=True)
    version: Mapped[int] = mapped_column(sa.Integer)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)


class CentreVersion(Base):
    """What was said of a centre from an instant on, and who kept it."""

    __tablename__ = "centre_version"

    centre_id: Mapped[UUID] = mapped_column(sa.ForeignKey("centre.id"), primary_key=True)
    version: Mapped[int] = mapped_column(sa.Integer, primary_key=True)
    company_id: Mapped[UUID] = mapped_column(sa.ForeignKey("company.id"))
    days: Mapped[int] = mapped_column(sa.Integer)
    opens: Mapped[int] = mapped_column(sa.Integer)
    closes: Mapped[int] = mapped_column(sa.Integer)
    licence_number: Mapped[str | None] = mapped_column(_NUMBER)
    licence_until: Mapped[date | None] = mapped_column(sa.Date)
    source: Mapped[str] = mapped_column(sa.String(200))
    is_assumed: Mapped[bool] = mapped_column(sa.Boolean)
    at: Mapped[datetime] = mapped_column(UtcDateTime)


class CentreArrival(Base):
    """Goods that their owner announces to a centre, and the lot that they became."""

    __tablename__ = "centre_arrival"

    id: Mapped[UUID] = mapped_column(sa.Uuid, primary_key=True, default=new_id)
    reference: Mapped[str] = mapped_column(sa.String(16), unique=True)
    centre_id: Mapped[UUID] = mapped_column(sa.ForeignKey("centre.id"), index=True)
    company_id: Mapped[UUID] = mapped_column(sa.ForeignKey("company.id"), index=True)
    # A listing of the catalogue, known here by its id alone.
    listing_id: Mapped[UUID] = mapped_column(sa.Uuid)
    unit: Mapped[str] = mapped_column(sa.String(3))
    pieces: Mapped[int | None] = mapped_column(sa.Integer)
    grams: Mapped[int | None] = mapped_column(sa.BigInteger)
    quantity: Mapped[int] = mapped_column(sa.BigInteger)
    consignment_id: Mapped[UUID | None] = mapped_column(sa.ForeignKey("consignment.id"), index=True)
    broker_id: Mapped[UUID | None] = mapped_column(sa.ForeignKey("company.id"))
    state: Mapped[ArrivalState] = mapped_column(StateColumn(ArrivalState))
    lot_id: Mapped[UUID | None] = mapped_column(sa.ForeignKey("centre_lot.id"))
    announced_at: Mapped[datetime] = mapped_column(UtcDateTime)
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    __table_args__ = (
        sa.CheckConstraint("quantity > 0", name="quantity"),
        sa.CheckConstraint("pieces IS NULL OR pieces > 0", name="pieces"),
        sa.CheckConstraint("grams IS NULL OR grams > 0", name="grams"),
        sa.CheckConstraint("(state = 'received') = (lot_id IS NOT NULL)", name="received"),
    )


class CentreLot(Base):
    """What a company has of a listing in a centre under one status; its figures are the sums of its movements."""

    __tablename__ = "centre_lot"

    id: Mapped[UUID] = mapped_column(sa.Uuid, primary_key=True, default=new_id)
    reference: Mapped[str] = mapped_column(sa.String(16), unique=True)
    centre_id: Mapped[UUID] = mapped_column(sa.ForeignKey("centre.id"), index=True)
    company_id: Mapped[UUID] = mapped_column(sa.ForeignKey("company.id"), index=True)
    # A listing of the catalogue, known here by its id alone.
    listing_id: Mapped[UUID] = mapped_column(sa.Uuid, index=True)
    unit: Mapped[str] = mapped_column(sa.String(3))
    pieces: Mapped[int | None] = mapped_column(sa.Integer)
    grams: Mapped[int | None] = mapped_column(sa.BigInteger)
    status: Mapped[Status] = mapped_column(StateColumn(Status))
    on_hand: Mapped[int] = mapped_column(sa.BigInteger, default=0)
    promised: Mapped[int] = mapped_column(sa.BigInteger, default=0)
    # The lot that these units were released or sent from.
    from_lot_id: Mapped[UUID | None] = mapped_column(sa.ForeignKey("centre_lot.id"), index=True)
    consignment_id: Mapped[UUID | None] = mapped_column(sa.ForeignKey("consignment.id"), index=True)
    broker_id: Mapped[UUID | None] = mapped_column(sa.ForeignKey("company.id"), index=True)
    entry_number: Mapped[str | None] = mapped_column(_NUMBER)
    bonded_since: Mapped[date | None] = mapped_column(sa.Date)
    bonded_until: Mapped[date | None] = mapped_column(sa.Date, index=True)
    is_imported: Mapped[bool] = mapped_column(sa.Boolean)
    declaration_number: Mapped[str | None] = mapped_column(_NUMBER)
    declaration_line: Mapped[int | None] = mapped_column(sa.Integer)
    declared_on: Mapped[date | None] = mapped_column(sa.Date)
    proof_id: Mapped[UUID | None] = mapped_column(sa.ForeignKey("origin_proof.id"), index=True)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)

    __table_args__ = (
        sa.CheckConstraint("status IN ('bonded', 'free')", name="status"),
        sa.CheckConstraint("0 <= promised AND promised <= on_hand", name="figures"),
        sa.CheckConstraint("pieces IS NULL OR pieces > 0", name="pieces"),
        sa.CheckConstraint("grams IS NULL OR grams > 0", name="grams"),
        sa.CheckConstraint(
            "status <> 'bonded' OR (entry_number IS NOT NULL AND bonded_since IS NOT NULL"
            " AND bonded_until >= bonded_since AND declaration_number IS NULL)",
            name="bonded",
        ),
        sa.CheckConstraint(
            "status <> 'free' OR (bonded_until IS NULL AND (NOT is_imported OR"
            " (declaration_number IS NOT NULL AND declaration_line IS NOT NULL)))",
            name="free",
        ),
    )


class LotMovement(Base):
    """What happened to units of a lot; ``subject_id`` is an order line, another lot, a transfer or a count sheet."""

    __tablename__ = "lot_movement"

    id: Mapped[UUID] = mapped_column(sa.Uuid, primary_key=True, default=new_id)
    lot_id: Mapped[UUID] = mapped_column(sa.ForeignKey("centre_lot.id"), index=True)
    kind: Mapped[Move] = mapped_column(StateColumn(Move))
    on_hand: Mapped[int] = mapped_column(sa.BigInteger)
    promised: Mapped[int] = mapped_column(sa.BigInteger)
    subject_id: Mapped[UUID | None] = mapped_column(sa.Uuid, index=True)
    # The paper that it went by: a transit movement, an export declaration, a delivery note.
    number: Mapped[str | None] = mapped_column(_NUMBER)
    reason: Mapped[Reason | None] = mapped_column(StateColumn(Reason))
    person_id: Mapped[UUID | None] = mapped_column(sa.Uuid)
    at: Mapped[datetime] = mapped_column(UtcDateTime)


class OriginProof(Base):
    """A proof of origin and for how many units it still counts."""

    __tablename__ = "origin_proof"

    id: Mapped[UUID] = mapped_column(sa.Uuid, primary_key=True, default=new_id)
    company_id: Mapped[UUID] = mapped_column(sa.ForeignKey("company.id"))
    kind: Mapped[ProofKind] = mapped_column(StateColumn(ProofKind))
    number: Mapped[str] = mapped_column(_NUMBER)
    origin: Mapped[str] = mapped_column(sa.String(2))
    listing_id: Mapped[UUID] = mapped_column(sa.Uuid)
    issued_on: Mapped[date] = mapped_column(sa.Date)
    valid_until: Mapped[date] = mapped_column(sa.Date)
    quantity: Mapped[int] = mapped_column(sa.BigInteger)
    remaining: Mapped[int] = mapped_column(sa.BigInteger)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)

    __table_args__ = (
        sa.UniqueConstraint("company_id", "kind", "number", name="uq_origin_proof_number"),
        sa.CheckConstraint("0 <= remaining AND remaining <= quantity", name="remaining"),
        sa.CheckConstraint("issued_on <= valid_until", name="period"),
    )


class LotRelease(Base):
    """Units that left bond under a line of an import declaration, into a free lot of their own."""

    __tablename__ = "lot_release"

    id: Mapped[UUID] = mapped_column(sa.Uuid, primary_key=True, default=new_id)
    lot_id: Mapped[UUID] = mapped_column(sa.ForeignKey("centre_lot.id"), index=True)
    free_lot_id: Mapped[UUID] = mapped_column(sa.ForeignKey("centre_lot.id"), unique=True)
    quantity: Mapped[int] = mapped_column(sa.BigInteger)
    declaration_number: Mapped[str] = mapped_column(_NUMBER)
    declaration_line: Mapped[int] = mapped_column(sa.Integer)
    declared_on: Mapped[date] = mapped_column(sa.Date)
    proof_id: Mapped[UUID | None] = mapped_column(sa.ForeignKey("origin_proof.id"), index=True)
    company_id: Mapped[UUID] = mapped_column(sa.ForeignKey("company.id"))
    at: Mapped[datetime] = mapped_column(UtcDateTime)

    __table_args__ = (sa.CheckConstraint("quantity > 0", name="quantity"),)


class LotTransfer(Base):
    """Units on their way from a lot to another centre."""

    __tablename__ = "lot_transfer"

    id: Mapped[UUID] = mapped_column(sa.Uuid, primary_key=True, default=new_id)
    reference: Mapped[str] = mapped_column(sa.String(16), unique=True)
    lot_id: Mapped[UUID] = mapped_column(sa.ForeignKey("centre_lot.id"), index=True)
    to_centre_id: Mapped[UUID] = mapped_column(sa.ForeignKey("centre.id"), index=True)
    quantity: Mapped[int] = mapped_column(sa.BigInteger)
    transit_reference: Mapped[str | None] = mapped_column(_NUMBER)
    state: Mapped[TransferState] = mapped_column(StateColumn(TransferState))
    to_lot_id: Mapped[UUID | None] = mapped_column(sa.ForeignKey("centre_lot.id"))
    received: Mapped[int | None] = mapped_column(sa.BigInteger)
    sent_at: Mapped[datetime] = mapped_column(UtcDateTime)
    received_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    __table_args__ = (
        sa.CheckConstraint("quantity > 0 AND (received IS NULL OR received BETWEEN 0 AND quantity)", name="quantity"),
    )


class CentreCount(Base):
    """A sheet on which a centre's lots are counted."""

    __tablename__ = "centre_count"

    id: Mapped[UUID] = mapped_column(sa.Uuid, primary_key=True, default=new_id)
    reference: Mapped[str] = mapped_column(sa.String(16), unique=True)
    centre_id: Mapped[UUID] = mapped_column(sa.ForeignKey("centre.id"), index=True)
    state: Mapped[CountState] = mapped_column(StateColumn(CountState))
    counted_by: Mapped[UUID | None] = mapped_column(sa.Uuid)
    confirmed_by: Mapped[UUID | None] = mapped_column(sa.Uuid)
    opened_at: Mapped[datetime] = mapped_column(UtcDateTime)
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class CentreCountLine(Base):
    """A lot on a sheet: what the books said when it was opened, and what was found."""

    __tablename__ = "centre_count_line"

    count_id: Mapped[UUID] = mapped_column(sa.ForeignKey("centre_count.id"), primary_key=True)
    lot_id: Mapped[UUID] = mapped_column(sa.ForeignKey("centre_lot.id"), primary_key=True)
    expected: Mapped[int] = mapped_column(sa.BigInteger)
    counted: Mapped[int | None] = mapped_column(sa.BigInteger)
    reason: Mapped[Reason | None] = mapped_column(StateColumn(Reason))


class BondNotice(Base):
    """That an owner was told, so many days before its end, of a lot's last day in bond."""

    __tablename__ = "bond_notice"

    lot_id: Mapped[UUID] = mapped_column(sa.ForeignKey("centre_lot.id"), primary_key=True)
    stage: Mapped[int] = mapped_column(sa.Integer, primary_key=True)
    at: Mapped[datetime] = mapped_column(UtcDateTime)


for _entity in (CentreVersion, LotMovement, LotRelease, BondNotice):
    insert_only(_entity)
