"""Hear what happened and note whom to tell: one job each, so that an act waits for no letters.

Facts of the letters are read when the job runs: a job holds ids only.
"""

from collections import Counter, defaultdict
from collections.abc import Sequence
from uuid import UUID

from sqlalchemy.orm import Session

from marketplace.accounts import events as accounts
from marketplace.approvals import events as approvals
from marketplace.catalog import events as catalog
from marketplace.catalog.customer_prices import events as prices
from marketplace.checkout import events as checkout
from marketplace.exchange.events import enquiries, leads, notes, remarks, storefronts
from marketplace.kernel.events import together
from marketplace.logistics.fleet import events as fleets
from marketplace.merchants import events as merchants
from marketplace.merchants.rules.requirements import Verdict
from marketplace.moderation import events as moderation
from marketplace.moderation.rules import TAKES_DOWN, CaseKind, Decision
from marketplace.notices.rules import News
from marketplace.notices.services.passing import later, once
from marketplace.orders import events as orders
from marketplace.payments import events as payments


def on_order_placed(session: Session, event: orders.OrderPlaced) -> None:
    """Tell the merchant what waits for him, and the buyer that it is noted."""
    for news in (News.ORDER_PLACED, News.ORDER_RECEIVED):
        later(session, event, news, order=event.order_id)


def on_order_confirmed(session: Session, event: orders.OrderConfirmed) -> None:
    """Tell the buyer."""
    later(session, event, News.ORDER_CONFIRMED, order=event.order_id)


def on_order_cancelled(session: Session, event: orders.OrderCancelled) -> None:
    """Tell both sides."""
    later(session, event, News.ORDER_CANCELLED, order=event.order_id)


def on_line_delivered(session: Session, event: orders.LineDelivered) -> None:
    """Tell the buyer that his time to accept or claim runs."""
    later(session, event, News.GOODS_RECEIVED, order=event.order_id, line=event.line_id)


def on_ready_date_asked(session: Session, event: orders.ReadyDateAsked) -> None:
    """Ask the merchant whether the day stands."""
    later(session, event, News.READY_DATE_ASKED, order=event.order_id, line=event.line_id)


def on_ready_date_moved(session: Session, event: orders.LineReadyDateMoved) -> None:
    """Tell the buyer that goods are ready later."""
    later(session, event, News.READY_DATE_MOVED, order=event.order_id, line=event.line_id)


def on_ready_date_unanswered(session: Session, event: orders.ReadyDateUnanswered) -> None:
    """Tell both sides that nobody said whether the day stands."""
    later(session, event, News.READY_DATE_UNANSWERED, order=event.order_id, line=event.line_id)


def on_order_change_moved(session: Session, event: orders.OrderChangeMoved) -> None:
    """Tell the side that has not acted how a change stands; both where the clock or the order's way ended it."""
    later(session, event, News.ORDER_CHANGE_MOVED, change=event.change_id, act=event.act)


def on_claim_moved(session: Session, event: orders.ClaimMoved) -> None:
    """Tell both sides of a claim how it stands."""
    later(session, event, News.CLAIM_MOVED, claim=event.claim_id, act=event.act)


def on_payee_proposed(session: Session, event: orders.PayeeProposed) -> None:
    """Tell the operator's finance people, who may stop it, once of all its orders."""
    later(
        session,
        event,
        News.PAYEE_PROPOSED,
        company=event.company_id,
        payee=event.payee_id,
        changes=event.change_ids,
    )


def on_payee_named(session: Session, event: merchants.PayeeNamed) -> None:
    """Tell the operator's finance people of an account that is to count later."""
    later(session, event, News.PAYEE_PROPOSED, company=event.company_id, payee=event.payee_id, changes=())


def on_inspection_moved(session: Session, event: orders.InspectionMoved) -> None:
    """Tell both sides of an order, and the inspector where it is his, how an inspection stands."""
    later(session, event, News.INSPECTION_MOVED, inspection=event.inspection_id, act=event.act)


def on_sample_moved(session: Session, event: orders.SampleMoved) -> None:
    """Tell both sides of a sample where it stands."""
    later(session, event, News.SAMPLE_MOVED, sample=event.sample_id, act=event.act)


def on_payment_due(session: Session, event: payments.PaymentFellDue) -> None:
    """Tell the payer."""
    _payment(session, event, News.PAYMENT_DUE)


def on_payment_paid(session: Session, event: payments.PaymentPaid) -> None:
    """Tell the payer that the payee has the money."""
    _payment(session, event, News.PAYMENT_PAID)


def on_payment_lapsed(session: Session, event: payments.PaymentLapsed) -> None:
    """Tell both sides and the operator's finance people; of an order that ends by it both are told anyway."""
    _payment(session, event, News.PAYMENT_OVERDUE)
    later(session, event, News.MONEY_WAITS, kind="payment", thing=event.payment_id)


def on_credit_asked(session: Session, event: payments.CreditAsked) -> None:
    """Tell the merchant who asks."""
    later(session, event, News.CREDIT_ASKED, credit=event.credit_id)


def on_credit_decided(session: Session, event: payments.CreditDecided) -> None:
    """Tell the buyer what was decided."""
    later(session, event, News.CREDIT_DECIDED, credit=event.credit_id)


def on_payer_reminded(session: Session, event: payments.PayerReminded) -> None:
    """Send the payer the reminder."""
    later(session, event, News.PAYER_REMINDED, payment=event.payment_id, level=event.level)


def on_trading_offered(session: Session, event: payments.TradingOffered) -> None:
    """Tell a merchant that the trading company would buy of it, and until when it may agree."""
    later(session, event, News.TRADING_OFFERED, agreement=event.agreement_id)


def on_slip_handed_in(session: Session, event: payments.SlipHandedIn) -> None:
    """Tell the payee to look at his account."""
    _payment(session, event, News.SLIP_HANDED_IN)


def on_receipt_withdrawn(session: Session, event: payments.ReceiptWithdrawn) -> None:
    """Tell the payer that money which was said to have come has not."""
    _payment(session, event, News.RECEIPT_WITHDRAWN)


def on_slip_disputed(session: Session, event: payments.SlipDisputed) -> None:
    """Tell the payer that the money of his slip is said not to have come."""
    _payment(session, event, News.SLIP_DISPUTED)


def on_card_dispute_opened(session: Session, event: payments.CardDisputeOpened) -> None:
    """Tell whoever was to have the money what is frozen; treasury is told by payments."""
    later(session, event, News.DISPUTE_OPENED, dispute=event.dispute_id)


def on_card_dispute_ended(
    session: Session, event: payments.CardDisputeWon | payments.CardDisputeClosed | payments.CardDisputeLost
) -> None:
    """Tell whoever was to have the money what became of it."""
    later(session, event, News.DISPUTE_ENDED, dispute=event.dispute_id)


def on_held_money_sent_back(session: Session, event: payments.HeldMoneySentBack) -> None:
    """Tell both sides that it goes back to the card, and is theirs to settle."""
    later(session, event, News.HELD_SENT_BACK, hold=event.hold_id)


def on_unordered_money_returned(session: Session, event: checkout.UnorderedMoneyReturned) -> None:
    """Tell the payer, once of each payment, that it went back: nothing that was ordered speaks of it."""
    once(session, event, News.LATE_MONEY_BACK, checkout=event.checkout_id, subject=event.subject_id)


def on_return_sent(session: Session, event: payments.ReturnSent) -> None:
    """Tell whoever is owed it to look at the account, and that silence will count."""
    later(session, event, News.RETURN_SENT, back=event.return_id)


def on_return_denied(session: Session, event: payments.ReturnDenied) -> None:
    """Tell whoever owes it that it is said not to have come."""
    later(session, event, News.RETURN_DENIED, back=event.return_id)


def on_waited_too_long(session: Session, event: payments.WaitedTooLong) -> None:
    """Tell whoever lets it wait: a payee his own transfer, the operator's finance people all else."""
    news = News.TRANSFER_WAITS if event.kind == "transfer" else News.MONEY_WAITS
    later(session, event, news, kind=event.kind, thing=event.thing_id)


@together
def on_cases_decided(session: Session, news: Sequence[moderation.CaseDecided]) -> None:
    """Tell each merchant once, however many of his listings were decided in one go.

    What one person decides in one go are several transactions: the first has the letter written when they are over.
    """
    decided: dict[tuple[UUID, UUID | None], list[UUID]] = defaultdict(list)
    down: dict[UUID, moderation.CaseDecided] = {}
    for event in news:
        if event.kind in TAKES_DOWN:
            # Of a report that is dismissed the merchant never hears.
            if event.decision == Decision.REJECT:
                down[event.listing_id] = event
        elif event.kind == CaseKind.APPEAL:
            later(session, event, News.APPEAL_DECIDED, case=event.case_id)
        else:
            decided[event.company_id, event.batch].append(event.case_id)
    for event in down.values():
        later(session, event, News.LISTING_TAKEN_DOWN, case=event.case_id)
    for (company_id, batch), case_ids in decided.items():
        if batch is None:
            later(session, news[0], News.LISTINGS_DECIDED, company=company_id, cases=case_ids)
        else:
            once(session, news[0], News.LISTINGS_DECIDED, company=company_id, batch=batch)


def on_application_overdue(session: Session, event: merchants.ApplicationOverdue) -> None:
    """Tell those who review, and the company that it takes longer."""
    for news in (News.REVIEW_WAITS, News.REVIEW_DELAYED):
        later(session, event, news, company=event.company_id, listings=0)


@together
def on_cases_overdue(session: Session, found: Sequence[moderation.CaseOverdue]) -> None:
    """Tell those who review, and each merchant that it takes longer; once, however many of his listings wait."""
    for company_id, count in Counter(event.company_id for event in found).items():
        later(session, found[0], News.REVIEW_WAITS, company=company_id, listings=count)
    own = Counter(event.company_id for event in found if event.kind != CaseKind.REPORT)
    for company_id, count in own.items():
        later(session, found[0], News.REVIEW_DELAYED, company=company_id, listings=count)


def on_application_decided(session: Session, event: merchants.MerchantApproved | merchants.MerchantTurnedDown) -> None:
    """Tell the company that applied."""
    later(session, event, News.APPLICATION_DECIDED, company=event.company_id)


def on_suspended(session: Session, event: merchants.MerchantSuspended) -> None:
    """Tell the merchant."""
    later(session, event, News.SELLING_SUSPENDED, company=event.company_id)


def on_qualification_changed(session: Session, event: merchants.QualificationChanged) -> None:
    """Tell a buyer of its level, a partner whether it may be given work."""
    later(session, event, News.QUALIFICATION_CHANGED, company=event.company_id)


@together
def on_screening_hit(session: Session, found: Sequence[merchants.ScreeningHitFound]) -> None:
    """Tell those who review; once of a company and once of its goods, however many entries these are like."""
    for company_id, is_goods in dict.fromkeys((event.company_id, event.is_goods) for event in found):
        later(session, found[0], News.SCREENING_HIT, company=company_id, goods=is_goods)


def on_credit_limit_set(session: Session, event: merchants.CreditLimitSet) -> None:
    """Tell the buyer."""
    later(session, event, News.CREDIT_LIMIT_SET, company=event.company_id, currency=event.currency)


def on_requirement_ruled(session: Session, event: merchants.RequirementRuled) -> None:
    """Tell the company of what was not accepted."""
    if event.verdict == Verdict.REJECT:
        later(session, event, News.PAPER_REJECTED, company=event.company_id, item=event.item)


def on_requirement_ending(session: Session, event: merchants.RequirementEnding) -> None:
    """Tell the company, and who reviews once it is over."""
    facts = {
        "company": event.company_id,
        "item": event.item,
        "until": event.until.isoformat(),
        "is_waiver": event.is_waiver,
        "is_over": event.is_over,
    }
    later(session, event, News.PAPER_ENDS, **facts)
    if event.is_over:
        later(session, event, News.PAPER_OVER, **facts)


def on_goods_papers_ending(session: Session, event: catalog.GoodsPapersEnding) -> None:
    """Tell the merchant, of all of it in one letter."""
    later(session, event, News.GOODS_PAPERS_END, company=event.company_id, notices=event.notice_ids)


def on_fleet_papers_ending(session: Session, event: fleets.FleetPapersEnding) -> None:
    """Tell the keeper, of all of them in one letter."""
    papers = [str(paper_id) for paper_id in event.paper_ids]
    later(session, event, News.FLEET_PAPERS_END, company=event.company_id, papers=papers)


def on_invoices_missing(session: Session, event: orders.InvoicesMissing) -> None:
    """Tell the seller, of all its lines in one letter."""
    lines = [str(line_id) for line_id in event.line_ids]
    later(session, event, News.INVOICES_MISSING, company=event.company_id, lines=lines)


def on_proposal_decided(session: Session, event: catalog.ProposalDecided) -> None:
    """Tell the merchant who wished for the page."""
    later(session, event, News.PROPOSAL_DECIDED, proposal=event.proposal_id)


def on_enquiry_overdue(session: Session, event: enquiries.EnquiryOverdue) -> None:
    """Remind the operator's people who answer enquiries."""
    later(session, event, News.ENQUIRY_WAITS, enquiry=event.enquiry_id)


def on_lead_came(session: Session, event: leads.LeadCame) -> None:
    """Tell the tenant of a card that was left."""
    later(session, event, News.LEAD_CAME, lead=event.lead_id)


def on_lead_overdue(session: Session, event: leads.LeadOverdue) -> None:
    """Remind the tenant of a visitor whom nobody answered."""
    later(session, event, News.LEAD_WAITS, lead=event.lead_id)


def on_storefront_decided(session: Session, event: storefronts.StorefrontDecided) -> None:
    """Tell the merchant."""
    later(session, event, News.STOREFRONT_DECIDED, version=event.version_id)


def on_storefront_overdue(session: Session, event: storefronts.StorefrontOverdue) -> None:
    """Tell those who look at storefronts."""
    later(session, event, News.STOREFRONT_WAITS, version=event.version_id)


def on_note_shared(session: Session, event: notes.NoteShared) -> None:
    """Tell the other company of the order."""
    later(session, event, News.NOTE_SHARED, order=event.order_id, author=event.author_id, reader=event.reader_id)


def on_closure_entered(session: Session, event: accounts.ClosureEntered) -> None:
    """Tell the buyers of what was promised for those days."""
    later(session, event, News.CLOSURE_ENTERED, company=event.company_id, closure=event.closure_id)


def on_question_asked(session: Session, event: remarks.QuestionAsked) -> None:
    """Tell the merchant."""
    later(session, event, News.QUESTION_ASKED, question=event.question_id)


def on_question_overdue(session: Session, event: remarks.QuestionOverdue) -> None:
    """Remind the merchant."""
    later(session, event, News.QUESTION_WAITS, question=event.question_id)


def on_question_answered(session: Session, event: remarks.QuestionAnswered) -> None:
    """Tell whoever asked."""
    later(session, event, News.QUESTION_ANSWERED, question=event.question_id)


def on_review_written(session: Session, event: remarks.ReviewWritten) -> None:
    """Tell the merchant."""
    later(session, event, News.REVIEW_WRITTEN, review=event.review_id)


def on_review_replied(session: Session, event: remarks.ReviewReplied) -> None:
    """Tell the buyer."""
    later(session, event, News.REVIEW_REPLIED, review=event.review_id)


def on_remark_hidden(session: Session, event: remarks.RemarkHidden) -> None:
    """Tell the author, and why."""
    later(session, event, News.REMARK_HIDDEN, remark=event.remark_id)


def on_price_asked(session: Session, event: prices.PriceAsked) -> None:
    """Tell the merchant who asks for his price."""
    later(session, event, News.PRICE_ASKED, request=event.request_id)


def on_price_answered(session: Session, event: prices.PriceAnswered) -> None:
    """Tell whoever asked."""
    later(session, event, News.PRICE_ANSWERED, request=event.request_id)


def on_approval_asked(session: Session, event: approvals.ApprovalAsked) -> None:
    """Tell those who may decide."""
    later(session, event, News.APPROVAL_ASKED, case=event.case_id, step=event.step)


def on_approval_waits(session: Session, event: approvals.ApprovalWaits) -> None:
    """Remind those who may decide, and tell the requester that it ends soon."""
    later(session, event, News.APPROVAL_WAITS, case=event.case_id)


def on_approval_ended(session: Session, event: approvals.ApprovalEnded) -> None:
    """Tell the requester."""
    later(session, event, News.APPROVAL_ENDED, case=event.case_id, state=event.state)


def _payment(session: Session, event: payments.PaymentEvent, news: News) -> None:
    later(session, event, news, payment=event.payment_id, subject=[event.subject_kind, str(event.subject_id)])
