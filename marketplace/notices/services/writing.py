"""Write the letters of what happened, to each member who may do what follows, in his language and his company's zone.

A letter has an id made from its news and its reader: a job that runs twice writes none twice.
"""

from collections import Counter
from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy.orm import Session

from marketplace.accounts import queries as accounts
from marketplace.accounts.queries import closures
from marketplace.accounts.rules.permissions import CompanyKind, permissions_of
from marketplace.mail import services as mail
from marketplace.mail.rules import Channel
from marketplace.merchants.queries import payees_by_id
from marketplace.moderation import queries as moderation
from marketplace.moderation.rules import TURNED_DOWN, CaseState
from marketplace.notices.rules import TOLD, News, local
from marketplace.notices.services import (
    aboard,
    approvals,
    cargo_news,
    centre_sales,
    centres,
    claims,
    companies,
    credit,
    disputed,
    exchanged,
    fee_news,
    fleets,
    goods,
    haul_news,
    held,
    hire_news,
    inbox,
    invoices,
    payees,
    readiness,
    returned,
    tracked,
    trading,
)
from marketplace.notices.services.letters import Facts, Letter
from marketplace.orders.changes import queries as changes
from marketplace.orders.changes.queries import ChangeRow
from marketplace.orders.queries import answering, inspections, orders
from marketplace.orders.queries import lines as order_lines
from marketplace.orders.queries.orders import OrderRow
from marketplace.orders.rules.inspections import InspectionState
from marketplace.orders.rules.states import OrderState
from marketplace.orders.samples import queries as samples
from marketplace.payments.queries import payments, waits
from marketplace.payments.queries.payments import PaymentRow
from marketplace.payments.rules.paying import PaymentState
from marketplace.payments.rules.terms import Mode, Subject, SubjectKind
from marketplace.reference.rules import zone_of
from marketplace.reports.queries import promises

# Of more reasons the merchant reads on his page.
_TOLD_AT_ONCE: Final = 20


# Where the operator acts on what waits for him.
_DESKS: Final = {
    "payout": "/account/payouts",
    "card_return": "/operator/money",
    "payment": "/operator/money",
    "bank_entry": "/operator/bank",
    "sender_return": "/operator/bank",
    "card_dispute": "/operator/card-disputes",
    "card_hold": "/operator/money",
    "receivable_write_off": "/account/receivables",
}


def tell(session: Session, *, job: Facts, now: datetime) -> int:
    """Queue the letters of one piece of news; return how many."""
    news = News(job["news"])
    written = 0
    for letter in WRITERS[news](session, job, now):
        company = accounts.get_company(session, company_id=letter.company_id)
        zone = zone_of(company.country)
        facts = {name: local(it, zone) if isinstance(it, datetime) else it for name, it in letter.facts.items()}
        inbox.receive(session, company_id=company.id, news=news, facts=facts, key=f"{job['id']}:{company.id}", now=now)
        for member in accounts.members_of(session, company_id=company.id):
            address = member.email or member.phone
            if address is None or TOLD[news] not in permissions_of(company.kind, member.roles):
                continue
            if letter.people is not None and member.person_id not in letter.people:
                continue
            mail.send(
                session,
                to=address,
                channel=Channel.MAIL if member.email else Channel.TEXT,
                template=news.value,
                locale=accounts.get_person(session, person_id=member.person_id).locale,
                context=facts,
                now=now,
                key=f"{job['id']}:{company.id}:{member.person_id}",
            )
            written += 1
    return written


def _to_merchant(session: Session, job: Facts, _now: datetime) -> Iterator[Letter]:
    for row in _orders(session, UUID(job["order"])):
        yield Letter(row.merchant_id, _of_order(session, _sold(session, row)) | {"until": row.confirm_by})


def _to_buyer(session: Session, job: Facts, _now: datetime) -> Iterator[Letter]:
    """Tell the buyer that it waits; once it is decided that letter says how, and names what was rejected."""
    for row in _orders(session, UUID(job["order"])):
        if row.state is not OrderState.PLACED:
            continue
        yield Letter(row.buyer_id, _of_order(session, row) | {"until": row.confirm_by})


def _confirmed(session: Session, job: Facts, _now: datetime) -> Iterator[Letter]:
    for row in _orders(session, UUID(job["order"])):
        lines = order_lines.lines_of(session, order_ids=[row.id])[row.id]
        rejected = [line.sku for line in lines if line.rejected_because]
        yield Letter(row.buyer_id, _of_order(session, row) | {"until": row.confirm_by, "rejected": ", ".join(rejected)})


def _to_both(session: Session, job: Facts, _now: datetime) -> Iterator[Letter]:
    for row in _orders(session, UUID(job["order"])):
        reason = {"reason": str(row.cancel_reason or "")}
        yield Letter(row.buyer_id, _of_order(session, row) | reason)
        yield Letter(row.merchant_id, _of_order(session, _sold(session, row)) | reason)


def _received(session: Session, job: Facts, _now: datetime) -> Iterator[Letter]:
    line_id = UUID(job["line"])
    due = answering.answers_due(session, line_ids=[line_id]).get(line_id)
    for row in _orders(session, UUID(job["order"])):
        if due is not None and due.due_at is not None:
            yield Letter(row.buyer_id, _of_order(session, row) | {"until": due.due_at})


def _to_payer(session: Session, job: Facts, _now: datetime) -> Iterator[Letter]:
    for facts, row in _of_payment(session, job):
        yield Letter(row.payer_id, facts | {"until": row.due_at or "", "received": str(row.paid)})


def _overdue(session: Session, job: Facts, _now: datetime) -> Iterator[Letter]:
    for facts, row in _of_payment(session, job):
        if row.state is PaymentState.OVERDUE:
            told = facts | {"amount": str(row.outstanding), "until": row.due_at or ""}
            yield Letter(row.payer_id, told | {"is_payer": True})
            yield Letter(row.payee_id, told | {"is_payer": False})


def _of_slip(session: Session, job: Facts, now: datetime) -> Iterator[Letter]:
    """Tell whoever says whether the money of a slip came: the payee, and the operator for its trading company."""
    for letter, row in _of_payment(session, job):
        facts = letter | {"until": row.answer_by or now}
        if row.mode is not Mode.OPERATOR_SELLS:
            yield Letter(row.payee_id, facts)
            continue
        for house in accounts.companies_of_kind(session, kind=CompanyKind.OPERATOR):
            yield Letter(house.id, facts | {"path": "/operator/trading"})


def _waiting_transfer(session: Session, job: Facts, _now: datetime) -> Iterator[Letter]:
    found = waits.waiting(session, kind=job["kind"], thing_id=UUID(job["thing"]))
    if found.act_by is not None and found.payee_id is not None:
        facts = {"amount": str(found.amount), "reference": found.reference, "until": found.act_by}
        yield Letter(found.payee_id, facts | {"path": "/merchant/money"})


def _waiting_money(session: Session, job: Facts, _now: datetime) -> Iterator[Letter]:
    found = waits.waiting(session, kind=job["kind"], thing_id=UUID(job["thing"]))
    if found.act_by is None:
        return
    facts = {"amount": str(found.amount), "reference": found.reference, "until": found.act_by}
    facts |= {"kind": job["kind"], "state": found.state, "path": _DESKS[job["kind"]]}
    for house in accounts.companies_of_kind(session, kind=CompanyKind.OPERATOR):
        yield Letter(house.id, facts)


def _decided(session: Session, job: Facts, _now: datetime) -> Iterator[Letter]:
    company_id = UUID(job["company"])
    if "batch" in job:
        cases = moderation.of_batch(session, batch=UUID(job["batch"]), company_id=company_id)
    else:
        cases = moderation.some(session, case_ids=[UUID(case) for case in job["cases"]])
    counts = Counter(row.state for row in cases)
    told = [row for row in cases if row.state in TURNED_DOWN][:_TOLD_AT_ONCE]
    facts = {
        "approve": counts[CaseState.CONFIRMED],
        "request_changes": counts[CaseState.CHANGES_REQUESTED],
        "reject": counts[CaseState.DECLINED],
        "reasons": [{"sku": row.sku, "said": dict(row.said), "wrote": row.wrote} for row in told],
        "path": "/merchant/listings",
    }
    yield Letter(company_id, facts)


def _about_case(session: Session, job: Facts, _now: datetime) -> Iterator[Letter]:
    for row in moderation.some(session, case_ids=[UUID(job["case"])]):
        facts = {
            "sku": row.sku,
            "state": row.state.value,
            "reasons": [{"sku": row.sku, "said": dict(row.said), "wrote": row.wrote}],
            "path": f"/merchant/listings/{row.listing_id}",
        }
        yield Letter(row.company_id, facts)


def _closed(session: Session, job: Facts, now: datetime) -> Iterator[Letter]:
    """Tell each buyer once, of all that a closure touches; nobody when it was taken back meanwhile."""
    company = accounts.get_company(session, company_id=UUID(job["company"]))
    entered = closures.closure(session, company_id=company.id, closure_id=UUID(job["closure"]))
    touched: dict[UUID, dict[str, UUID]] = {}
    for row in promises.while_closed(session, company_id=company.id, now=now):
        if (row.closed.first, row.closed.last) == (entered.first_day, entered.last_day):
            touched.setdefault(row.buyer_id, {})[row.order_reference] = row.order_id
    days = {"first": entered.first_day.isoformat(), "last": entered.last_day.isoformat()}
    for buyer_id, orders_of in touched.items():
        path = f"/orders/{next(iter(orders_of.values()))}" if len(orders_of) == 1 else "/orders"
        facts = {"orders": ", ".join(sorted(orders_of)), "merchant": company.name, "path": path}
        yield Letter(buyer_id, days | facts)


def _change(session: Session, job: Facts, _now: datetime) -> Iterator[Letter]:
    row = changes.change(session, company_id=None, change_id=UUID(job["change"]))
    facts = {
        "reference": row.reference,
        "order": row.order_reference,
        "kind": str(row.kind),
        "act": job["act"],
        "until": row.deadline_at if job["act"] == "propose" else "",
        "number": _account(session, row),
        "binds_from": row.binds_from or "",
        "path": f"/orders/{row.order_id}",
    }
    told = [row.answerer_id] if job["act"] not in ("accept", "agree", "decline") else []
    told += [row.proposer_id] if job["act"] not in ("propose", "withdraw") else []
    # What is proposed to the trading company waits at the desk of the operator's finance people.
    for company_id in (one for one in told if one in (row.buyer_id, row.merchant_id)):  # each at its own prices
        seen = changes.change(session, company_id=company_id, change_id=row.id)
        yield Letter(company_id, facts | {"delta": str(seen.delta)})


def _account(session: Session, row: ChangeRow) -> str:
    """Return the end of the account that a change proposes, empty for another change."""
    if row.terms.payee is None:
        return ""
    return payees_by_id(session, payee_ids=[row.terms.payee])[row.terms.payee].shown_number


def _inspection(session: Session, job: Facts, _now: datetime) -> Iterator[Letter]:
    row = inspections.inspection(session, company_id=None, inspection_id=UUID(job["inspection"]))
    facts = {
        "reference": row.reference,
        "order": row.order_reference,
        "act": job["act"],
        "until": row.deadline_at or "",
        "path": f"/inspections/{row.id}",
    }
    yield Letter(row.buyer_id, facts)
    yield Letter(row.merchant_id, facts)
    if row.state in (InspectionState.ORDERED, InspectionState.APPOINTED):
        yield Letter(row.inspector_id, facts)


def _sample(session: Session, job: Facts, _now: datetime) -> Iterator[Letter]:
    row = samples.sample(session, company_id=None, sample_id=UUID(job["sample"]))
    facts = {
        "reference": row.reference,
        "order": row.order_reference,
        "act": job["act"],
        "until": row.deadline_at or "",
        "path": f"/samples/{row.id}",
    }
    yield Letter(row.buyer_id, facts)
    yield Letter(row.merchant_id, facts)


def _of_payment(session: Session, job: Facts) -> Iterator[tuple[dict[str, Any], PaymentRow]]:
    kind, subject_id = job["subject"]
    subject = Subject(SubjectKind(kind), UUID(subject_id))
    for row in payments.payments_of(session, subjects=[subject])[subject]:
        if row.id == UUID(job["payment"]):
            path = f"/payments/{row.id}"
            yield {"reference": row.creditor_reference, "amount": str(row.amount), "path": path}, row


def _orders(session: Session, *order_ids: UUID) -> tuple[OrderRow, ...]:
    return tuple(orders.by_id(session, order_ids=order_ids).values())


def _sold(session: Session, row: OrderRow) -> OrderRow:
    """Return an order as its merchant sold it: to the trading company, where that sells it on."""
    return orders.order(session, company_id=row.merchant_id, order_id=row.id)


def _of_order(session: Session, row: OrderRow) -> dict[str, Any]:
    names = accounts.get_companies(session, company_ids=[row.buyer_id, row.merchant_id])
    return {
        "reference": row.reference,
        "amount": str(row.agreed_total),
        "buyer": names[row.buyer_id].name,
        "merchant": names[row.merchant_id].name,
        "path": f"/orders/{row.id}",
    }


WRITERS: Final[dict[News, Callable[[Session, Facts, datetime], Iterator[Letter]]]] = {
    News.ORDER_PLACED: _to_merchant,
    News.ORDER_RECEIVED: _to_buyer,
    News.ORDER_CONFIRMED: _confirmed,
    News.ORDER_CANCELLED: _to_both,
    News.PAYMENT_DUE: _to_payer,
    News.PAYMENT_PAID: _to_payer,
    News.PAYMENT_OVERDUE: _overdue,
    News.CREDIT_ASKED: credit.asked,
    News.CREDIT_DECIDED: credit.decided,
    News.TRADING_OFFERED: trading.offered,
    News.PAYER_REMINDED: credit.reminded,
    News.SLIP_HANDED_IN: _of_slip,
    News.RECEIPT_WITHDRAWN: _to_payer,
    News.SLIP_DISPUTED: _to_payer,
    News.DISPUTE_OPENED: disputed.opened,
    News.DISPUTE_ENDED: disputed.ended,
    News.HELD_SENT_BACK: held.sent_back,
    News.LATE_MONEY_BACK: held.unordered,
    News.RETURN_SENT: returned.sent,
    News.RETURN_DENIED: returned.denied,
    News.TRANSFER_WAITS: _waiting_transfer,
    News.MONEY_WAITS: _waiting_money,
    News.PAYEE_PROPOSED: payees.proposed,
    News.READY_DATE_ASKED: readiness.asked,
    News.READY_DATE_MOVED: readiness.moved,
    News.READY_DATE_UNANSWERED: readiness.unanswered,
    News.BOOKING_ROLLED: aboard.by_lorry,
    News.BOOKING_LOST: aboard.without_lorry,
    News.RIDE_LOST: aboard.without_second,
    News.RIDE_WAITS: aboard.waits_for_second,
    News.HAUL_OFFERED: haul_news.offered,
    News.HAUL_ANSWERED: haul_news.answered,
    News.RIDE_LATE: aboard.late_for_second,
    News.RIDE_AT_RISK: aboard.at_risk,
    News.DEPARTED: aboard.by_lorry,
    News.LORRY_HELD: aboard.held,
    News.LORRY_RESUMED: aboard.goes_on,
    News.LORRY_SWAPPED: aboard.swapped,
    News.ARRIVED: aboard.by_lorry,
    News.ARRIVAL_LATE: tracked.arrives_late,
    News.HOOK_GIVEN_UP: tracked.hook_given_up,
    News.SURCHARGE_WAITS: cargo_news.above_booking,
    News.TEMPERATURE_OUT: cargo_news.out_of_range,
    News.FEE_CHARGED: fee_news.charged,
    News.FEE_WAIVED: fee_news.waived,
    News.LORRY_GIVEN_BACK: hire_news.given_back,
    News.GOODS_RECEIVED: _received,
    News.ORDER_CHANGE_MOVED: _change,
    News.CLAIM_MOVED: claims.moved,
    News.INSPECTION_MOVED: _inspection,
    News.SAMPLE_MOVED: _sample,
    News.LISTINGS_DECIDED: _decided,
    News.LISTING_TAKEN_DOWN: _about_case,
    News.APPEAL_DECIDED: _about_case,
    News.APPLICATION_DECIDED: companies.applied,
    News.REVIEW_WAITS: companies.review_waits,
    News.REVIEW_DELAYED: companies.review_delayed,
    News.SELLING_SUSPENDED: companies.applied,
    News.SCREENING_HIT: companies.screening_hit,
    News.QUALIFICATION_CHANGED: companies.qualification,
    News.CREDIT_LIMIT_SET: companies.credit_limit,
    News.PAPER_REJECTED: companies.paper_rejected,
    News.PAPER_ENDS: companies.paper_ends,
    News.PAPER_OVER: companies.paper_over,
    News.GOODS_PAPERS_END: goods.papers_end,
    News.INVOICES_MISSING: invoices.missing,
    News.FLEET_PAPERS_END: fleets.papers_end,
    News.BOND_ENDS: centres.bonds_end,
    News.CENTRE_SALE_MOVED: centre_sales.moved,
    News.PROPOSAL_DECIDED: goods.proposal_decided,
    News.ENQUIRY_WAITS: exchanged.enquiry_waits,
    News.LEAD_CAME: exchanged.lead,
    News.LEAD_WAITS: exchanged.lead,
    News.STOREFRONT_DECIDED: exchanged.storefront_decided,
    News.STOREFRONT_WAITS: exchanged.storefront_waits,
    News.CLOSURE_ENTERED: _closed,
    News.NOTE_SHARED: exchanged.note_shared,
    News.QUESTION_ASKED: exchanged.question_asked,
    News.QUESTION_WAITS: exchanged.question_asked,
    News.QUESTION_ANSWERED: exchanged.question_answered,
    News.REMARK_HIDDEN: exchanged.remark_hidden,
    News.PRICE_ASKED: exchanged.price_asked,
    News.PRICE_ANSWERED: exchanged.price_answered,
    News.REVIEW_WRITTEN: exchanged.review_written,
    News.REVIEW_REPLIED: exchanged.review_replied,
    News.APPROVAL_ASKED: approvals.asked,
    News.APPROVAL_WAITS: approvals.asked,
    News.APPROVAL_ENDED: approvals.ended,
}
