"""Tables of carts, order groups, orders, lines, their parts and moves."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from marketplace.kernel.columns import StateColumn, UtcDateTime
from marketplace.kernel.db import Base, Json, insert_only
from marketplace.kernel.ids import new_id
from marketplace.orders.rules.claims import ClaimReason, ClaimState, Owner, Respondent
from marketplace.orders.rules.inspections import InspectionState, Mover
from marketplace.orders.rules.packed_lots import Lot, PlacedLot, placed
from marketplace.orders.rules.packing import cartons_of
from marketplace.orders.rules.remedies import Remedy
from marketplace.orders.rules.returning import WayBack
from marketplace.orders.rules.sampling import Level
from marketplace.orders.rules.states import CancelReason, LineState, OrderKind, OrderState, RejectReason
from marketplace.payments.rules.terms import Mode, Rail


class Cart(Base):
    """What a person is about to buy for a company; ``destination`` is the place the goods shall reach."""

    __tablename__ = "cart"

    id: Mapped[UUID] = mapped_column(sa.Uuid, primary_key=True, default=new_id)
    company_id: Mapped[UUID] = mapped_column(sa.ForeignKey("company.id"))
    person_id: Mapped[UUID] = mapped_column(sa.Uuid)
    destination: Mapped[str | None] = mapped_column(sa.String(40))
    changed_at: Mapped[datetime] = mapped_column(UtcDateTime)

    __table_args__ = (sa.UniqueConstraint("company_id", "person_id"),)


class CartLine(Base):
    """A quantity of one listing on one of its price ladders; prices are read when the cart is shown."""

    __tablename__ = "cart_line"

    cart_id: Mapped[UUID] = mapped_column(sa.ForeignKey("cart.id"), primary_key=True)
    listing_id: Mapped[UUID] = mapped_column(sa.ForeignKey("listing.id"), primary_key=True)
    quantity: Mapped[int] = mapped_column(sa.BigInteger)
    currency: Mapped[str] = mapped_column(sa.String(3))
    incoterm: Mapped[str] = mapped_column(sa.String(3))
    place_code: Mapped[str] = mapped_column(sa.String(40))
    # Where they lie already: they are fetched there, and what lies elsewhere stays. An id that others know.
    centre_id: Mapped[UUID | None] = mapped_column(sa.Uuid)
    added_at: Mapped[datetime] = mapped_column(UtcDateTime)

    __table_args__ = (sa.CheckConstraint("quantity > 0", name="quantity"),)


class OrderGroup(Base):
    """The orders of one checkout."""

    __tablename__ = "order_group"

    id: Mapped[UUID] = mapped_column(sa.Uuid, primary_key=True, default=new_id)
    reference: Mapped[str] = mapped_column(sa.String(16), unique=True)
    buyer_id: Mapped[UUID] = mapped_column(sa.ForeignKey("company.id"), index=True)
    person_id: Mapped[UUID] = mapped_column(sa.Uuid)
    # The unit of the buyer that it was placed for, as it was called at that moment, and its cost centre.
    unit_id: Mapped[UUID | None] = mapped_column(sa.Uuid)
    unit_name: Mapped[str | None] = mapped_column(sa.String(100))
    cost_centre: Mapped[str | None] = mapped_column(sa.String(40))
    checkout_id: Mapped[UUID] = mapped_column(sa.Uuid, unique=True)
    # The case by which the buyer's company approved it, once each.
    approval_id: Mapped[UUID | None] = mapped_column(sa.ForeignKey("approval_case.id"), unique=True)
    placed_at: Mapped[datetime] = mapped_column(UtcDateTime)


class Order(Base):
    """One merchant, one buyer, one set of trade terms, one currency. What is frozen is never written again.

    ``total_minor`` is that of the lines that were placed; beside it ``credit_minor``, what samples bought before took
    off it at its placement, and what both sides agreed to since: what lines were added for, and what was let off.
    """

    __tablename__ = "trade_order"

    id: Mapped[UUID] = mapped_column(sa.Uuid, primary_key=True, default=new_id)
    reference: Mapped[str] = mapped_column(sa.String(16), unique=True)
    group_id: Mapped[UUID] = mapped_column(sa.ForeignKey("order_group.id"), index=True)
    buyer_id: Mapped[UUID] = mapped_column(sa.ForeignKey("company.id"))
    merchant_id: Mapped[UUID] = mapped_column(sa.ForeignKey("company.id"))
    kind: Mapped[OrderKind] = mapped_column(StateColumn(OrderKind), default=OrderKind.BULK, server_default="bulk")
    # A courier takes it to its buyer: it has no room on any lorry.
    by_courier: Mapped[bool] = mapped_column(sa.Boolean, default=False, server_default=sa.false())
    # Where its goods lie already, by an id that others know: they are fetched there, and not of its merchant's stock.
    centre_id: Mapped[UUID | None] = mapped_column(sa.Uuid, index=True)
    # Sold inside one country, of goods that are in free circulation there: nothing is imported by it.
    is_domestic: Mapped[bool] = mapped_column(sa.Boolean, default=False, server_default=sa.false())
    # Who sells to the buyer where the merchant does not itself: the operator's trading company.
    seller_id: Mapped[UUID | None] = mapped_column(sa.Uuid)
    state: Mapped[OrderState] = mapped_column(StateColumn(OrderState))
    currency: Mapped[str] = mapped_column(sa.String(3))
    total_minor: Mapped[int] = mapped_column(sa.BigInteger)
    credit_minor: Mapped[int] = mapped_column(sa.BigInteger, default=0, server_default="0")
    added_minor: Mapped[int] = mapped_column(sa.BigInteger, default=0, server_default="0")
    let_off_minor: Mapped[int] = mapped_column(sa.BigInteger, default=0, server_default="0")
    incoterm: Mapped[str] = mapped_column(sa.String(3))
    place_code: Mapped[str] = mapped_column(sa.String(40))
    # These are null to the schema only: they came later, and orders of before were filled in.
    place_names: Mapped[dict[str, str]] = mapped_column(Json, nullable=True)
    exporter_id: Mapped[UUID] = mapped_column(sa.Uuid, nullable=True)
    notify_id: Mapped[UUID] = mapped_column(sa.Uuid, nullable=True)
    brokers: Mapped[list[str]] = mapped_column(Json, nullable=True)
    costs: Mapped[dict[str, str]] = mapped_column(Json, nullable=True)
    parties: Mapped[dict[str, dict[str, str]]] = mapped_column(Json, nullable=True)
    destination: Mapped[str] = mapped_column(sa.String(40))
    plan: Mapped[str] = mapped_column(sa.String(32))  # its code; what was agreed is with its payment terms
    mode: Mapped[Mode] = mapped_column(StateColumn(Mode))
    rail: Mapped[Rail] = mapped_column(StateColumn(Rail))
    trade_model: Mapped[str] = mapped_column(sa.String(32))
    importer_id: Mapped[UUID] = mapped_column(sa.Uuid)
    consignee_id: Mapped[UUID] = mapped_column(sa.Uuid)
    # As placed, and for comparison only: which account binds now, payments.queries.agreed says.
    payee: Mapped[dict[str, str] | None] = mapped_column(Json)
    commission_bp: Mapped[int] = mapped_column(sa.Integer)
    tax_ids: Mapped[dict[str, str]] = mapped_column(Json)
    fx: Mapped[dict[str, str] | None] = mapped_column(Json)
    purchase_order_number: Mapped[str] = mapped_column(sa.String(80))
    # As papers print it: empty unless the buyer lets its cost centres be printed.
    cost_centre: Mapped[str] = mapped_column(sa.String(40), default="", server_default=sa.text("''"))
    placed_at: Mapped[datetime] = mapped_column(UtcDateTime)
    confirm_by: Mapped[datetime] = mapped_column(UtcDateTime)
    proforma_ends_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    confirmed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    secured_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    cancel_reason: Mapped[CancelReason | None] = mapped_column(StateColumn(CancelReason))

    __table_args__ = (
        # A sample may be free; nothing else is.
        sa.CheckConstraint("total_minor > 0 OR (total_minor = 0 AND kind = 'sample')", name="total"),
        sa.CheckConstraint("credit_minor = 0 OR credit_minor BETWEEN 1 AND total_minor - 1", name="credit"),
        sa.CheckConstraint(
            "(cancel_reason IS NOT NULL) = (state IN ('cancelled', 'rejected'))", name="cancelled_for_a_reason"
        ),
        sa.Index("ix_trade_order_buyer_id_id", "buyer_id", "id"),
        sa.Index("ix_trade_order_merchant_id_id", "merchant_id", "id"),
        sa.Index("ix_trade_order_state_confirm_by", "state", "confirm_by"),
    )


class OrderLine(Base):
    """A quantity of one listing as it was offered; ``state`` shows the least advanced of its parts.

    What was ordered stays written. Agreed changes, and a merchant who rejects it, take units (parts that are cancelled
    or rejected), price (``agreed_price_micro``, at most that of the order) and amount (``let_off_minor``) off it.
    ``credit_minor`` is what a sample that was bought before takes off it; ``customs_minor`` what a sample, or goods in
    the place of others, are worth to customs, never zero; ``sample`` names either sample, and the approved one that the
    goods have to be like.
    """

    __tablename__ = "order_line"

    id: Mapped[UUID] = mapped_column(sa.Uuid, primary_key=True, default=new_id)
    order_id: Mapped[UUID] = mapped_column(sa.ForeignKey("trade_order.id"), index=True)
    position: Mapped[int] = mapped_column(sa.Integer)
    listing_id: Mapped[UUID] = mapped_column(sa.Uuid, index=True)
    listing_version: Mapped[int] = mapped_column(sa.Integer)
    sku: Mapped[str] = mapped_column(sa.String(64))
    titles: Mapped[dict[str, str]] = mapped_column(Json)
    source_locale: Mapped[str] = mapped_column(sa.String(8))
    hs_code: Mapped[str] = mapped_column(sa.String(10))
    origin: Mapped[str] = mapped_column(sa.String(2))
    unit: Mapped[str] = mapped_column(sa.String(3))
    quantity: Mapped[int] = mapped_column(sa.BigInteger)
    unit_price_micro: Mapped[int] = mapped_column(sa.BigInteger)
    amount_minor: Mapped[int] = mapped_column(sa.BigInteger)
    # Null to the schema only: it came later, and lines of before were filled in.
    agreed_price_micro: Mapped[int] = mapped_column(sa.BigInteger, nullable=True)
    let_off_minor: Mapped[int] = mapped_column(sa.BigInteger, default=0, server_default="0")
    credit_minor: Mapped[int] = mapped_column(sa.BigInteger, default=0, server_default="0")
    customs_minor: Mapped[int | None] = mapped_column(sa.BigInteger)
    sample: Mapped[dict[str, Any] | None] = mapped_column(Json)
    rejected_because: Mapped[RejectReason | None] = mapped_column(StateColumn(RejectReason))
    packing: Mapped[dict[str, Any] | None] = mapped_column(Json)
    lead_days: Mapped[int | None] = mapped_column(sa.Integer)
    fresh: Mapped[bool] = mapped_column(sa.Boolean)
    # How long its buyer has, as `rules.classes` keeps it; lines of before were filled in.
    windows: Mapped[dict[str, Any] | None] = mapped_column(Json)
    # As its merchant promised when it was ordered, as `catalog.rules.details` stores it.
    warranty: Mapped[dict[str, Any] | None] = mapped_column(Json)
    # How cold it has to be kept, as `rules.temperatures` keeps it.
    kept_at: Mapped[dict[str, Any] | None] = mapped_column(Json)
    ready_date: Mapped[date | None] = mapped_column(sa.Date)
    # Goods that come in the place of others cost nothing: for which claim.
    replaces_id: Mapped[UUID | None] = mapped_column(sa.Uuid)
    state: Mapped[LineState] = mapped_column(StateColumn(LineState), index=True)

    __table_args__ = (
        sa.UniqueConstraint("order_id", "position"),
        sa.CheckConstraint("quantity > 0", name="quantity"),
        sa.CheckConstraint(
            "(replaces_id IS NULL OR amount_minor = 0)"
            " AND (amount_minor > 0 OR (amount_minor = 0 AND customs_minor > 0))",
            name="amount",
        ),
        sa.CheckConstraint("customs_minor IS NULL OR customs_minor > 0", name="customs"),
        sa.CheckConstraint("credit_minor = 0 OR credit_minor BETWEEN 1 AND amount_minor - 1", name="credit"),
        sa.Index("uq_order_line_replaces_id", "replaces_id", unique=True),
    )


class LinePart(Base):
    """The quantity of a line that stands in one state; the parts of a line sum to what was ordered."""

    __tablename__ = "order_line_part"

    line_id: Mapped[UUID] = mapped_column(sa.ForeignKey("order_line.id"), primary_key=True)
    state: Mapped[LineState] = mapped_column(StateColumn(LineState), primary_key=True)
    quantity: Mapped[int] = mapped_column(sa.BigInteger)

    __table_args__ = (sa.CheckConstraint("quantity > 0", name="quantity"),)


class LinePacking(Base):
    """A line as its merchant packed it, and how many of its cartons came to the hub; labels are numbers of a block."""

    __tablename__ = "order_line_packing"

    line_id: Mapped[UUID] = mapped_column(sa.ForeignKey("order_line.id"), primary_key=True)
    block: Mapped[int] = mapped_column(sa.Integer, unique=True)
    cartons: Mapped[int] = mapped_column(sa.Integer)
    carton_units: Mapped[int] = mapped_column(sa.BigInteger)
    units: Mapped[int] = mapped_column(sa.BigInteger)
    gross_g: Mapped[int] = mapped_column(sa.BigInteger)
    length_mm: Mapped[int] = mapped_column(sa.Integer)
    width_mm: Mapped[int] = mapped_column(sa.Integer)
    height_mm: Mapped[int] = mapped_column(sa.Integer)
    marks: Mapped[str] = mapped_column(sa.String(500))
    # Of ``orders.rules.packed_lots``, in the order of the cartons' numbers; none where nobody named any.
    lots: Mapped[list[dict[str, Any]] | None] = mapped_column(Json)
    handed_cartons: Mapped[int] = mapped_column(sa.Integer, default=0)
    packed_at: Mapped[datetime] = mapped_column(UtcDateTime)

    __table_args__ = (
        sa.CheckConstraint("cartons > 0 AND units >= cartons AND gross_g > 0", name="packed"),
        sa.CheckConstraint("handed_cartons >= 0 AND handed_cartons <= cartons", name="handed"),
    )

    def cartons_of(self, units: int) -> int:
        """Return in how many of the cartons so many of the units are, full ones first."""
        return cartons_of(units, cartons=self.cartons, units=self.units, carton_units=self.carton_units)

    @property
    def placed_lots(self) -> tuple[PlacedLot, ...]:
        """Which cartons hold which lot."""
        return placed([Lot.of(one) for one in self.lots or ()])


class LineMove(Base):
    """A quantity that went from one state to another; ``before`` is None for what was ordered."""

    __tablename__ = "order_line_move"

    id: Mapped[UUID] = mapped_column(sa.Uuid, primary_key=True, default=new_id)
    line_id: Mapped[UUID] = mapped_column(sa.ForeignKey("order_line.id"), index=True)
    before: Mapped[LineState | None] = mapped_column(StateColumn(LineState))
    after: Mapped[LineState] = mapped_column(StateColumn(LineState))
    quantity: Mapped[int] = mapped_column(sa.BigInteger)
    at: Mapped[datetime] = mapped_column(UtcDateTime)


insert_only(LineMove)


class AcceptanceWindow(Base):
    """Until when the buyer may accept or claim what of a line was received; then silence accepts."""

    __tablename__ = "acceptance_window"

    line_id: Mapped[UUID] = mapped_column(sa.ForeignKey("order_line.id"), primary_key=True)
    ends_at: Mapped[datetime] = mapped_column(UtcDateTime)
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    __table_args__ = (sa.Index("ix_acceptance_window_ended_at_ends_at", "ended_at", "ends_at"),)


class Acceptance(Base):
    """So many units of a line accepted, bound to what was agreed by its hash; ``person_id`` None is silence."""

    __tablename__ = "acceptance"

    id: Mapped[UUID] = mapped_column(sa.Uuid, primary_key=True, default=new_id)
    line_id: Mapped[UUID] = mapped_column(sa.ForeignKey("order_line.id"), index=True)
    quantity: Mapped[int] = mapped_column(sa.BigInteger)
    # The price that was agreed then; None of before it was kept: the line's.
    unit_price_micro: Mapped[int | None] = mapped_column(sa.BigInteger)
    content_hash: Mapped[str] = mapped_column(sa.String(64))
    person_id: Mapped[UUID | None] = mapped_column(sa.Uuid)
    at: Mapped[datetime] = mapped_column(UtcDateTime)

    __table_args__ = (sa.CheckConstraint("quantity > 0", name="quantity"),)


class Claim(Base):
    """What a buyer holds against merchant or carrier about so many units; what is said about it stands apart."""

    __tablename__ = "claim"

    id: Mapped[UUID] = mapped_column(sa.Uuid, primary_key=True, default=new_id)
    reference: Mapped[str] = mapped_column(sa.String(16), unique=True)
    order_id: Mapped[UUID] = mapped_column(sa.ForeignKey("trade_order.id"), index=True)
    line_id: Mapped[UUID] = mapped_column(sa.ForeignKey("order_line.id"), index=True)
    claimant_id: Mapped[UUID] = mapped_column(sa.ForeignKey("company.id"))
    respondent_id: Mapped[UUID] = mapped_column(sa.ForeignKey("company.id"))
    respondent: Mapped[Respondent] = mapped_column(StateColumn(Respondent))
    freight_id: Mapped[UUID | None] = mapped_column(sa.Uuid)
    reason: Mapped[ClaimReason] = mapped_column(StateColumn(ClaimReason))
    quantity: Mapped[int] = mapped_column(sa.BigInteger)
    units_in: Mapped[LineState | None] = mapped_column(StateColumn(LineState))
    blocks: Mapped[bool] = mapped_column(sa.Boolean)
    currency: Mapped[str] = mapped_column(sa.String(3))
    value_minor: Mapped[int] = mapped_column(sa.BigInteger)
    offer_minor: Mapped[int | None] = mapped_column(sa.BigInteger)
    awarded_minor: Mapped[int | None] = mapped_column(sa.BigInteger)
    # How it is to be made good, as offered or decided; None for nothing, and for money of before.
    remedy: Mapped[Remedy | None] = mapped_column(StateColumn(Remedy))
    sent_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    # How far goods are that go back by a booking; None where they never had one.
    way: Mapped[WayBack | None] = mapped_column(StateColumn(WayBack))
    # What a claim about delay rests on, and what one under warranty says.
    promised_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    days_late: Mapped[int | None] = mapped_column(sa.Integer)
    odometer_km: Mapped[int | None] = mapped_column(sa.BigInteger)
    state: Mapped[ClaimState] = mapped_column(StateColumn(ClaimState))
    owner: Mapped[Owner | None] = mapped_column(StateColumn(Owner))
    deadline_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    opened_at: Mapped[datetime] = mapped_column(UtcDateTime)
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    __table_args__ = (
        sa.CheckConstraint("quantity > 0 AND value_minor > 0", name="some"),
        sa.CheckConstraint("offer_minor IS NULL OR offer_minor BETWEEN 0 AND value_minor", name="offer"),
        sa.CheckConstraint("awarded_minor IS NULL OR awarded_minor BETWEEN 0 AND value_minor", name="awarded"),
        sa.CheckConstraint("(ended_at IS NULL) = (owner IS NOT NULL)", name="owned_while_open"),
        sa.CheckConstraint("(respondent = 'carrier') = (freight_id IS NOT NULL)", name="freight"),
        sa.Index("ix_claim_claimant_id_id", "claimant_id", "id"),
        sa.Index("ix_claim_respondent_id_id", "respondent_id", "id"),
        sa.Index("ix_claim_state_deadline_at", "state", "deadline_at"),
    )


class ClaimText(Base):
    """What somebody wrote about a claim: prose, kept apart from everything that cannot be erased."""

    __tablename__ = "claim_text"

    id: Mapped[UUID] = mapped_column(sa.Uuid, primary_key=True, default=new_id)
    claim_id: Mapped[UUID] = mapped_column(sa.ForeignKey("claim.id"), index=True)
    company_id: Mapped[UUID] = mapped_column(sa.Uuid)
    person_id: Mapped[UUID] = mapped_column(sa.Uuid)
    body: Mapped[str] = mapped_column(sa.Text)
    at: Mapped[datetime] = mapped_column(UtcDateTime)


class ClaimEvidence(Base):
    """A file by which one side shows what is so; it is added once and stays."""

    __tablename__ = "claim_evidence"

    claim_id: Mapped[UUID] = mapped_column(sa.ForeignKey("claim.id"), primary_key=True)
    file_id: Mapped[UUID] = mapped_column(sa.ForeignKey("stored_file.id"), primary_key=True)
    # These are null to the schema only: they came later, and evidence of before was filled in.
    company_id: Mapped[UUID] = mapped_column(sa.Uuid, nullable=True)
    added_at: Mapped[datetime] = mapped_column(UtcDateTime, nullable=True)


class Inspection(Base):
    """Goods of a line looked at before they leave their merchant, by a plan that is frozen when it is ordered.

    ``number`` counts those of a line; what an inspector wrote stands apart.
    """

    __tablename__ = "inspection"

    id: Mapped[UUID] = mapped_column(sa.Uuid, primary_key=True, default=new_id)
    reference: Mapped[str] = mapped_column(sa.String(16), unique=True)
    order_id: Mapped[UUID] = mapped_column(sa.ForeignKey("trade_order.id"), index=True)
    line_id: Mapped[UUID] = mapped_column(sa.ForeignKey("order_line.id"))
    number: Mapped[int] = mapped_column(sa.Integer)
    # Who pays the fee: whoever asked for the first, the merchant for what follows one that failed.
    payer_id: Mapped[UUID] = mapped_column(sa.ForeignKey("company.id"))
    inspector_id: Mapped[UUID] = mapped_column(sa.ForeignKey("company.id"))
    planned_on: Mapped[date] = mapped_column(sa.Date)
    level: Mapped[Level] = mapped_column(StateColumn(Level))
    # In thousandths, as the tables of ISO 2859-1 name them.
    major_aql: Mapped[int] = mapped_column(sa.Integer)
    minor_aql: Mapped[int] = mapped_column(sa.Integer)
    lot: Mapped[int] = mapped_column(sa.BigInteger)
    letter: Mapped[str] = mapped_column(sa.String(1))
    sample: Mapped[int] = mapped_column(sa.Integer)
    major_accepted: Mapped[int] = mapped_column(sa.Integer)
    minor_accepted: Mapped[int] = mapped_column(sa.Integer)
    currency: Mapped[str] = mapped_column(sa.String(3))
    fee_minor: Mapped[int] = mapped_column(sa.BigInteger)
    state: Mapped[InspectionState] = mapped_column(StateColumn(InspectionState))
    owner: Mapped[Mover | None] = mapped_column(StateColumn(Mover))
    deadline_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    critical: Mapped[int | None] = mapped_column(sa.Integer)
    major: Mapped[int | None] = mapped_column(sa.Integer)
    minor: Mapped[int | None] = mapped_column(sa.Integer)
    checklist: Mapped[dict[str, str] | None] = mapped_column(Json)
    asked_at: Mapped[datetime] = mapped_column(UtcDateTime)
    reported_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    __table_args__ = (
        sa.UniqueConstraint("line_id", "number"),
        sa.CheckConstraint("number > 0 AND lot > 0 AND sample BETWEEN 1 AND lot AND fee_minor >= 0", name="plan"),
        sa.CheckConstraint("(ended_at IS NULL) = (owner IS NOT NULL)", name="owned_while_open"),
        sa.CheckConstraint("(reported_at IS NULL) = (checklist IS NULL)", name="reported"),
        sa.Index("ix_inspection_inspector_id_id", "inspector_id", "id"),
        sa.Index("ix_inspection_state_deadline_at", "state", "deadline_at"),
    )


class InspectionRemark(Base):
    """What an inspector wrote: prose, kept apart from everything that cannot be erased."""

    __tablename__ = "inspection_remark"

    inspection_id: Mapped[UUID] = mapped_column(sa.ForeignKey("inspection.id"), primary_key=True)
    person_id: Mapped[UUID] = mapped_column(sa.Uuid)
    body: Mapped[str] = mapped_column(sa.Text)


class InspectionPhoto(Base):
    """A picture or paper of a report."""

    __tablename__ = "inspection_photo"

    inspection_id: Mapped[UUID] = mapped_column(sa.ForeignKey("inspection.id"), primary_key=True)
    file_id: Mapped[UUID] = mapped_column(sa.ForeignKey("stored_file.id"), primary_key=True)


insert_only(Acceptance)
insert_only(ClaimEvidence)
insert_only(InspectionPhoto)
