"""An order's facts as they stand on papers: the same parties, goods, terms and payee on every one of them."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Any, Final
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from marketplace.accounts.queries import CompanyRow
from marketplace.catalog.rules.packing import cartons, load_of, net_of
from marketplace.kernel.errors import NotFound
from marketplace.kernel.money import Money
from marketplace.orders.purchases import queries as purchases
from marketplace.orders.queries import lines as line_queries
from marketplace.orders.queries import orders
from marketplace.orders.queries.lines import LineRow
from marketplace.orders.queries.orders import OrderRow
from marketplace.papers.rules.documents import pair
from marketplace.papers.rules.parts import (
    Account,
    Basis,
    Conformity,
    Extra,
    GoodsLine,
    Party,
    SampleMark,
    Settlement,
    Stage,
)
from marketplace.payments.queries import payments
from marketplace.payments.queries.payments import MilestoneRow, PaymentRow, PlanRow, TermsRow
from marketplace.payments.rules.paying import UNPAID, MilestoneState
from marketplace.payments.rules.terms import MilestoneEvent, Rail, Subject, SubjectKind
from marketplace.reference import queries as reference
from marketplace.reference.queries import PlaceRow

# The language a company of this country reads contracts in; English where we set none of its own.
LANGUAGES: Final = {
    "CN": "zh", "VN": "vi", "TH": "th", "LA": "lo", "KH": "km", "MM": "my", "ID": "id", "MY": "ms",
}  # fmt: skip
# How papers call the settlement of a purchase, which the trading company pays itself.
PURCHASE_MODE: Final = "operator_buys"
_PAID: Final = (MilestoneState.PAID, MilestoneState.HELD, MilestoneState.RELEASED)
_OVER: Final = (MilestoneState.CANCELLED, MilestoneState.REFUNDED)


@dataclass(frozen=True, slots=True)
class Agreement:
    """An order with everything that its papers say."""

    order: OrderRow
    lines: tuple[LineRow, ...]
    place: PlaceRow
    milestones: tuple[MilestoneRow, ...]
    payments: tuple[PaymentRow, ...]
    terms: TermsRow
    seller_id: UUID
    buyer_id: UUID

    @property
    def zone(self) -> ZoneInfo:
        """The clock of the price basis' place: days on papers are days there."""
        return ZoneInfo(self.place.zone)

    @property
    def locales(self) -> tuple[str, ...]:
        """The languages of the seller and the buyer."""
        parties = self.order.parties
        return pair(language_of(parties[self.seller_id].country), language_of(parties[self.buyer_id].country))

    @property
    def parties(self) -> tuple[UUID, UUID]:
        """Who may read the papers between seller and buyer, the issuing seller first."""
        return self.seller_id, self.buyer_id

    @property
    def contract_number(self) -> str:
        """The number of the sales contract."""
        return number("SC", self.order)

    def common(self, *, line_id: UUID | None = None) -> dict[str, Any]:
        """Return what stands on pro-forma, contract and commercial invoice alike; an invoice is of one line."""
        order, parties = self.order, self.order.parties
        same_consignee = order.consignee_id == self.buyer_id
        return {
            "order": reference_of(order),
            "seller": parties[self.seller_id],
            "buyer": parties[self.buyer_id],
            # Whose goods they are where a trading company sells them: the real consignor is on every paper.
            "consignor": None if self.seller_id == order.merchant_id else parties[order.merchant_id],
            "importer": None if order.is_domestic else parties[order.importer_id],
            "consignee": None if same_consignee else parties[order.consignee_id],
            "basis": Basis(rule=order.incoterm, place=order.place_names),
            "plan": self.terms.plan.code,
            "mode": PURCHASE_MODE if order.purchase else str(order.mode),
            "payee": self.account(line_id=line_id),
            "purchase_order_number": order.purchase_order_number,
            "cost_centre": order.cost_centre or None,
            "sample": self.sample,
        }

    @property
    def sample(self) -> SampleMark | None:
        """What says on papers that the order is a sample, None where it is not."""
        line = next((line for line in self.lines if "reference" in line.sample), None)
        if line is None or line.customs is None:
            return None
        return SampleMark(
            reference=str(line.sample["reference"]),
            customs_value=line.customs,
            is_free="yes" if line.unit_price.micro == 0 else "no",
        )

    def extras(self, *, line_id: UUID | None = None) -> tuple[Extra, ...] | None:
        """Return what stands beside the goods of the order, or of one line: a courier's fee, credits of samples."""
        found: list[Extra] = []
        for line in self.lines:
            if line_id not in (None, line.id) or not line.units:
                continue
            if line.courier:
                found.append(Extra(kind="courier", reference=str(line.sample["reference"]), amount=line.courier))
            if line.credit:
                found.append(Extra(kind="sample_credit", reference=str(line.sample["credited"]), amount=-line.credit))
        return tuple(found) or None

    def conformities(self) -> tuple[Conformity, ...] | None:
        """Return the approved samples that the contract's goods have to be like."""
        found = [
            Conformity(
                sku=line.sku,
                reference=named.reference,
                approved_on=named.approved_at.astimezone(self.zone).date(),
                content_hash=named.content_hash,
            )
            for line in self.lines
            if line.units and (named := line.conforms_to) is not None
        ]
        return tuple(found) or None

    def account(self, *, line_id: UUID | None = None) -> Account | None:
        """Return the payee named in the contract with the reference to quote; None while a provider holds the money.

        The reference is that of what is to be paid now, for this line where one is named; the order's own while nothing
        is, which names its next payment as well.
        """
        payee = self.terms.payee_account
        if self.order.rail is Rail.CARD or payee is None:
            return None
        of_line = {row.payment_id for row in self.milestones if line_id in (None, row.line_id)}
        due = [row for row in self.payments if row.state in UNPAID and row.id in of_line]
        return Account(
            holder=payee.account_name,
            bank=payee.bank_name,
            number=payee.account_number,
            bic=payee.bic,
            country=payee.country,
            currency=self.order.total.currency,
            reference=due[-1].creditor_reference if due else reference_of(self.order),
        )

    def settlement(self, line: LineRow, *, handed_over: int) -> Settlement:
        """Return how what is invoiced of a line so far stands to what was agreed, paid and is still to be paid."""
        nothing = Money.zero(line.amount.currency)
        mine = [row for row in self.milestones if row.line_id == line.id]
        taken = sum((row.amount for row in mine if row.is_taken_back), nothing)
        return Settlement(
            ordered=line.agreed_amount,
            short=line.goods_amount - line.agreed_price.times(handed_over),
            paid=sum((row.amount for row in mine if row.state in _PAID), nothing),
            open=sum((row.amount for row in mine if row.state not in _PAID + _OVER), nothing),
            taken_back=taken or None,
            sent_back=sum((row.amount for row in mine if row.is_sent_back), nothing) or None,
            extras=tuple(each for each in self.extras(line_id=line.id) or () if each.kind == "sample_credit") or None,
        )

    @property
    def deposits_due(self) -> tuple[PaymentRow, ...]:
        """The deposits that are asked for and did not come whole."""
        return tuple(row for row in self.payments if row.event is MilestoneEvent.DEPOSIT and row.state in UNPAID)

    def stages(self, *, opens: bool = False) -> tuple[Stage, ...]:
        """Return what falls due by which event, the lines of the order together.

        ``opens``: with what of each is still to be paid, where some of them is paid already.
        """
        nothing = Money.zero(self.order.total.currency)
        left = self._left()
        days = {row.event: row.due_at.astimezone(self.zone).date() for row in self.payments if row.due_at}
        stages: dict[str, Stage] = {}
        for milestone in self.milestones:
            is_agreed = milestone.is_taken_back or milestone.is_sent_back
            if milestone.state in _OVER and not is_agreed:  # taken off the price by a change
                continue
            before, rule = stages.get(milestone.event), self.terms.plan.stage(milestone.event)
            amount = milestone.amount + (before.amount if before else nothing)
            stages[milestone.event] = Stage(
                event=str(milestone.event),
                share_bp=rule.basis_points if rule else milestone.share_bp,
                amount=amount,
                due_on=days.get(milestone.event),
                days=rule.days if rule and self.order.rail is Rail.BANK else None,
                counted=str(rule.counted) if rule and self.order.rail is Rail.BANK else None,
            )
        if opens and any(left[event] != stage.amount for event, stage in stages.items()):
            stages = {event: replace(stage, open=left[event]) for event, stage in stages.items()}
        way = tuple(MilestoneEvent)
        return tuple(sorted(stages.values(), key=lambda stage: way.index(MilestoneEvent(stage.event))))

    def _left(self) -> Mapping[str, Money]:
        """Return what is still to be paid of what falls due by each event."""
        left: dict[str, Money] = defaultdict(lambda: Money.zero(self.order.total.currency))
        for milestone in self.milestones:
            if milestone.state not in _PAID + _OVER:
                left[milestone.event] += milestone.amount
        for row in self.payments:
            if row.event is not None and row.state in UNPAID:
                left[row.event] -= row.paid
        return left


def agreement(session: Session, *, order_id: UUID) -> Agreement:
    """Return an order with what its papers say; NotFound for an unknown one."""
    order = orders.by_id(session, order_ids=[order_id]).get(order_id)
    if order is None:
        raise NotFound("order")
    (found,) = agreements(session, orders=[(order, line_queries.lines_of(session, order_ids=[order_id])[order_id])])
    return found


def agreements(
    session: Session,
    *,
    orders: Sequence[tuple[OrderRow, tuple[LineRow, ...]]],
    opened: Mapping[Subject, PlanRow] = MappingProxyType({}),
) -> tuple[Agreement, ...]:
    """Return orders that were read, or placed just now, with what their papers say, in as many questions for any.

    The plans in ``opened`` are known already.
    """
    subjects = [_subject(order) for order, _ in orders]
    unknown = [subject for subject in subjects if subject not in opened]
    plans = {**opened, **payments.plans_of(session, subjects=unknown)}
    places = {place.code: place for place in reference.places(session)}
    return tuple(
        Agreement(
            order=order,
            lines=lines,
            place=places[order.place_code],
            milestones=plans[subject].milestones,
            payments=plans[subject].payments,
            terms=plans[subject].terms,
            seller_id=order.merchant_id if order.purchase else order.seller_id,
            buyer_id=order.seller_id if order.purchase else order.buyer_id,
        )
        for (order, lines), subject in zip(orders, subjects, strict=True)
    )


def bought(session: Session, *, order_id: UUID) -> Agreement | None:
    """Return the purchase behind an order with what its papers say, None where its merchant sells itself."""
    order = orders.by_id(session, order_ids=[order_id]).get(order_id)
    if order is None or not order.is_resold:
        return None
    lines = line_queries.lines_of(session, order_ids=[order_id])[order_id]
    (found,) = purchases_of(session, orders=[(order, lines)])
    return found


def purchases_of(
    session: Session,
    *,
    orders: Sequence[tuple[OrderRow, tuple[LineRow, ...]]],
    opened: Mapping[Subject, PlanRow] = MappingProxyType({}),
) -> tuple[Agreement, ...]:
    """Return the purchases behind those of the orders that the trading company sells."""
    found = purchases.purchases_of(session, order_ids=[order.id for order, _ in orders if order.is_resold])
    bought = [
        (purchases.as_merchant(order, found[order.id]), purchases.lines_as_merchant(lines, found[order.id]))
        for order, lines in orders
        if order.id in found
    ]
    return agreements(session, orders=bought, opened=opened) if bought else ()


def _subject(order: OrderRow) -> Subject:
    if order.purchase is not None:
        return Subject(SubjectKind.PURCHASE, order.purchase.id)
    return Subject(SubjectKind.ORDER, order.id)


def number(series: str, order: OrderRow) -> str:
    """Return the number of a paper that an order, or the purchase behind it, has one of."""
    return series + reference_of(order).removeprefix("ORD").removeprefix("PUR")


def reference_of(order: OrderRow) -> str:
    """Return what papers call an order: the purchase by its own reference."""
    return order.purchase.reference if order.purchase else order.reference


def party(company: CompanyRow) -> Party:
    """Return a company as papers name it, to be kept with what is agreed now."""
    return Party(
        name=company.name,
        country=company.country,
        address=company.address.lines,
        registration_number=company.registration_number,
        tax_id=company.tax_id or "",
        contact=company.contact,
    )


def language_of(country: str) -> str:
    """Return the language a company of this country reads contracts in."""
    return LANGUAGES.get(country, "en")


def names_of(place: PlaceRow) -> dict[str, str]:
    """Return a place's names by language."""
    return {"en": place.name, **{code: name for code, name in place.names.items() if code != "local"}}


def goods(line: LineRow, *, departure: str = "", **measured: Any) -> GoodsLine:
    """Return a line as agreed, packed as its listing says; ``measured`` is what was found instead."""
    load = load_of(line.units, line.packing) if line.packing else None
    boxes = cartons(line.units, line.packing) if line.packing else 0
    facts: dict[str, Any] = {
        "quantity": line.units,
        "unit_price": line.agreed_price,
        "amount": line.goods_amount,
        "cartons": boxes,
        "gross_g": load.grams if load else 0,
        "net_g": net_of(line.units, line.packing) if line.packing else 0,
        "cm3": load.cm3 if load else 0,
        "carton_units": line.packing.carton_units if line.packing else None,
    }
    return GoodsLine(
        sku=line.sku,
        title=line.titles,
        hs_code=line.hs_code,
        origin=line.origin,
        unit=line.unit,
        departure=departure,
        ready_on=line.ready_date,
        **{**facts, **measured},
    )


def all_goods(lines: Sequence[LineRow], departures: Mapping[UUID, str]) -> tuple[GoodsLine, ...]:
    """Return every line as agreed, with the departure booked or aimed at.

    Not those that were taken off the order, nor those that come in the place of others.
    """
    sold = [line for line in lines if line.units and not line.replaces_id]
    return tuple(goods(line, departure=departures.get(line.id, "")) for line in sold)
