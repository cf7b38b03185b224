"""Who cares about what: every event and its handlers, in order, on one screen."""

from typing import Final

from marketplace.accounts import events as accounts
from marketplace.approvals import events as approvals
from marketplace.approvals.services import reacting as approving
from marketplace.catalog import events as catalog
from marketplace.catalog.customer_prices import events as prices
from marketplace.catalog.customer_prices.services import showing
from marketplace.catalog.imports import services as imports
from marketplace.catalog.services import cards
from marketplace.catalog.services import screening as goods_screening
from marketplace.checkout import events as checked_out
from marketplace.checkout.services import reacting as checkout
from marketplace.distribution import events as distribution
from marketplace.distribution.centre_sales import events as sale_events
from marketplace.distribution.centre_sales.services import following as centre_sales
from marketplace.distribution.centre_sales.services import securing
from marketplace.distribution.costs.services import erasing as costs
from marketplace.distribution.costs.services import planning as cost_plans
from marketplace.distribution.fees import events as fee_events
from marketplace.distribution.fees.services import charging as fees
from marketplace.distribution.fees.services import erasing as waivers
from marketplace.distribution.handling import events as surcharge_events
from marketplace.distribution.handling.services import surcharging
from marketplace.distribution.hires import events as hire_events
from marketplace.distribution.hires.services import rounds as hire_rounds
from marketplace.distribution.hires.services import settling as settling_hires
from marketplace.distribution.hires.services import waiting as hire_waiting
from marketplace.distribution.holds import events as hold_events
from marketplace.distribution.holds.services import erasing as held_waivers
from marketplace.distribution.holds.services import hearing as holds
from marketplace.distribution.insuring.services import certifying, extending
from marketplace.distribution.onward.services import delays
from marketplace.distribution.onward.services import reacting as onward
from marketplace.distribution.services import (
    amending,
    booking,
    cargo_papers,
    carriage,
    late_arrivals,
    manifest_papers,
    readying,
    return_way,
)
from marketplace.distribution.services import erasing as discrepancies
from marketplace.distribution.shares import services as shares
from marketplace.distribution.waybills.services import issuing, sealing
from marketplace.exchange.events import enquiries as asked
from marketplace.exchange.events import leads as visits
from marketplace.exchange.events import notes as noted
from marketplace.exchange.events import remarks as remarked
from marketplace.exchange.events import storefronts as fronts
from marketplace.exchange.services import enquiries, fairs, leads, lists, notes, remarks
from marketplace.exchange.services import handing as exchanged
from marketplace.kernel.events import Event, Handler
from marketplace.logistics import events as logistics
from marketplace.logistics.centres.events import BondsEnding
from marketplace.logistics.fleet import events as fleet_events
from marketplace.logistics.fleet.services import crews, hauls
from marketplace.logistics.fleet.services import erasing as drivers
from marketplace.logistics.floor import events as floors
from marketplace.logistics.floor.services import plans as floor_plans
from marketplace.logistics.handling.services import erasing as handlers
from marketplace.logistics.insurance.services import erasing as insurance
from marketplace.logistics.planning.services import reacting as planning
from marketplace.logistics.pricing.services import whole
from marketplace.logistics.services import erasing as receipts
from marketplace.logistics.tracing import events as tracing
from marketplace.logistics.tracing.services import estimating, hooks
from marketplace.merchants import events as merchants
from marketplace.merchants.services import qualifications, screening
from marketplace.moderation import events as reviewed
from marketplace.moderation import services as moderation
from marketplace.moderation.services import likeness, reporting, weighing
from marketplace.notices.services import cargo_news as cargo_letters
from marketplace.notices.services import centre_sales as sale_letters
from marketplace.notices.services import centres as bonds
from marketplace.notices.services import fee_news as fee_letters
from marketplace.notices.services import haul_news as haul_letters
from marketplace.notices.services import hearing as notices
from marketplace.notices.services import hearing_lorries as lorry_notices
from marketplace.notices.services import held_news as held_letters
from marketplace.notices.services import hire_news as hire_letters
from marketplace.notices.services import inbox, week
from marketplace.orders import events as orders
from marketplace.orders.changes.services import resolving as changes
from marketplace.orders.notes import services as trade_notes
from marketplace.orders.samples.services import carrying as samples
from marketplace.orders.samples.services import crediting
from marketplace.orders.services import acceptance, deciding, handing, inspections, receiving, remedying
from marketplace.orders.services import erasing as claims
from marketplace.payments import events as payments
from marketplace.payments.services import card_returns, dispute_parts, holding, treasury
from marketplace.search import services as search

TABLE: Final[dict[type[Event], tuple[Handler, ...]]] = {
    accounts.HandedOver: (
        handing.on_handed_over,
        approving.on_handed_over,
        checkout.on_handed_over,
        imports.on_handed_over,
        showing.on_handed_over,
        exchanged.on_handed_over,
        inbox.on_handed_over,
    ),
    noted.NoteShared: (notices.on_note_shared,),
    accounts.CompanyChanged: (screening.on_joined,),
    accounts.MemberJoined: (qualifications.on_member_changed, screening.on_joined),
    accounts.MembershipEnded: (
        qualifications.on_member_changed,
        approving.on_membership_ended,
        week.on_membership_ended,
    ),
    accounts.ClosureEntered: (notices.on_closure_entered,),
    accounts.PersonErased: (
        reporting.on_person_erased,
        claims.on_person_erased,
        receipts.on_person_erased,
        drivers.on_person_erased,
        handlers.on_person_erased,
        discrepancies.on_person_erased,
        costs.on_person_erased,
        insurance.on_person_erased,
        waivers.on_person_erased,
        held_waivers.on_person_erased,
        remarks.on_person_erased,
        notes.on_person_erased,
        leads.on_person_erased,
        enquiries.on_person_erased,
        fairs.on_person_erased,
        inbox.on_person_erased,
        week.on_person_erased,
        lists.on_person_erased,
        approving.on_person_erased,
    ),
    merchants.ApplicationOverdue: (notices.on_application_overdue,),
    merchants.MerchantApproved: (
        cards.on_merchant_changed,
        qualifications.on_merchant_approved,
        screening.on_joined,
        notices.on_application_decided,
    ),
    merchants.MerchantTurnedDown: (notices.on_application_decided,),
    merchants.MerchantReinstated: (cards.on_merchant_changed,),
    merchants.PayeeNamed: (notices.on_payee_named,),
    merchants.CreditLimitSet: (notices.on_credit_limit_set,),
    merchants.ScreeningHitFound: (weighing.on_screened, notices.on_screening_hit),
    merchants.ScreeningHitDecided: (weighing.on_screened,),
    merchants.QualificationChanged: (notices.on_qualification_changed,),
    merchants.RequirementEnding: (notices.on_requirement_ending,),
    fleet_events.FleetPapersEnding: (notices.on_fleet_papers_ending,),
    fleet_events.HaulMoved: (issuing.on_haul_moved,),
    fleet_events.HaulSaid: (haul_letters.on_haul_said,),
    BondsEnding: (bonds.on_bonds_ending,),
    sale_events.CentreSaleMoved: (sale_letters.on_moved,),
    sale_events.CentreSaleUncollected: (sale_letters.on_uncollected,),
    merchants.RequirementRuled: (notices.on_requirement_ruled,),
    merchants.MerchantSuspended: (cards.on_merchant_changed, notices.on_suspended),
    catalog.ListingSubmitted: (goods_screening.on_listings, moderation.on_submitted, likeness.on_rewritten),
    catalog.ListingRewritten: (goods_screening.on_listings, likeness.on_rewritten),
    catalog.ProposalDecided: (notices.on_proposal_decided,),
    catalog.GoodsPapersEnding: (notices.on_goods_papers_ending,),
    catalog.ListingWithheld: (moderation.on_withheld,),
    catalog.ChangeProposed: (goods_screening.on_listings, moderation.on_change_proposed, likeness.on_rewritten),
    catalog.ChangeWithdrawn: (moderation.on_change_withdrawn,),
    catalog.PriceJumped: (moderation.on_price_jumped,),
    catalog.ListingPublished: (search.on_published,),
    catalog.ListingUnpublished: (moderation.on_unpublished, search.on_unpublished),
    remarked.QuestionAsked: (notices.on_question_asked,),
    remarked.QuestionOverdue: (notices.on_question_overdue,),
    remarked.QuestionAnswered: (notices.on_question_answered,),
    remarked.ReviewWritten: (notices.on_review_written,),
    remarked.ReviewReplied: (notices.on_review_replied,),
    remarked.RemarkHidden: (notices.on_remark_hidden,),
    prices.PriceAsked: (notices.on_price_asked,),
    prices.PriceAnswered: (notices.on_price_answered,),
    reviewed.CaseOverdue: (notices.on_cases_overdue,),
    asked.EnquiryOverdue: (notices.on_enquiry_overdue,),
    visits.LeadCame: (notices.on_lead_came,),
    visits.LeadOverdue: (notices.on_lead_overdue,),
    fronts.StorefrontDecided: (notices.on_storefront_decided,),
    fronts.StorefrontOverdue: (notices.on_storefront_overdue,),
    reviewed.CaseDecided: (weighing.on_decided, notices.on_cases_decided),
    orders.OrderPlaced: (notices.on_order_placed,),
    orders.OrderConfirmed: (centre_sales.on_order_went_on, changes.on_order_went_on, notices.on_order_confirmed),
    orders.OrderSecured: (securing.on_orders_secured, samples.on_orders_secured),
    orders.OrderCancelled: (
        changes.on_order_went_on,
        inspections.on_order_cancelled,
        booking.on_order_cancelled,
        centre_sales.on_order_cancelled,
        samples.on_order_cancelled,
        crediting.on_order_cancelled,
        certifying.on_order_cancelled,
        notices.on_order_cancelled,
    ),
    orders.LineMoved: (
        acceptance.on_line_moved,
        remedying.on_line_moved,
        receiving.on_line_moved,
        changes.on_order_went_on,
        inspections.on_line_moved,
        samples.on_line_moved,
        cargo_papers.on_line_moved,
        certifying.on_line_moved,
        issuing.on_line_moved,
    ),
    orders.LineLessened: (
        amending.on_line_lessened,
        centre_sales.on_line_lessened,
        hire_rounds.on_line_lessened,
        crediting.on_line_lessened,
        inspections.on_line_lessened,
    ),
    orders.LineAdded: (amending.on_line_added, extending.on_line_added),
    orders.LineReplaced: (amending.on_line_replaced,),
    orders.OrderAmended: (amending.on_order_amended,),
    orders.PayeeProposed: (notices.on_payee_proposed,),
    orders.OrderChangeMoved: (notices.on_order_change_moved,),
    orders.LinePackedAgain: (cargo_papers.on_line_packed_again,),
    orders.LineReadyDateSet: (readying.on_ready_date_set,),
    orders.LineReadyDateMoved: (notices.on_ready_date_moved,),
    orders.ReadyDateAsked: (notices.on_ready_date_asked,),
    orders.ReadyDateUnanswered: (notices.on_ready_date_unanswered,),
    orders.ClaimMoved: (return_way.on_claim_moved, notices.on_claim_moved),
    orders.InspectionMoved: (notices.on_inspection_moved,),
    orders.SampleMoved: (notices.on_sample_moved,),
    orders.InvoicesMissing: (notices.on_invoices_missing,),
    orders.LineDelivered: (issuing.on_line_delivered, certifying.on_line_delivered, notices.on_line_delivered),
    logistics.BookingExpired: (onward.on_booking_expired, hire_rounds.on_booking_expired),
    logistics.CargoReceived: (surcharging.on_cargo_received, fees.on_cargo_received),
    logistics.DepartureSealed: (
        hire_rounds.on_departure_sealed,
        sealing.on_departure_sealed,
        manifest_papers.on_departure_sealed,
    ),
    logistics.SealsAdded: (sealing.on_seals_added,),
    logistics.TransitMoved: (sealing.on_transit_moved,),
    logistics.BookingRolled: (
        booking.on_booking_rolled,
        onward.on_booking_rolled,
        fees.on_booking_rolled,
        return_way.on_booking_rolled,
        certifying.on_booking_rolled,
        surcharging.on_booking_rolled,
        whole.on_booking_left,
        hire_rounds.on_booking_rolled,
        lorry_notices.on_booking_rolled,
    ),
    logistics.BookingCancelled: (
        onward.on_booking_cancelled,
        carriage.on_booking_cancelled,
        fees.on_booking_cancelled,
        return_way.on_booking_cancelled,
        surcharging.on_booking_cancelled,
        whole.on_booking_left,
        hire_rounds.on_booking_cancelled,
        lorry_notices.on_booking_cancelled,
    ),
    logistics.DepartureCancelled: (crews.on_departure_cancelled, hauls.on_departure_cancelled),
    logistics.LorryChanged: (floor_plans.on_lorry_changed, cost_plans.on_lorry_changed),
    floors.FloorPlanShort: (planning.on_floor_plan_short,),
    logistics.DepartureDeparted: (
        carriage.on_departed,
        return_way.on_departed,
        shares.on_departed,
        lorry_notices.on_departed,
    ),
    logistics.DepartureHeld: (hire_waiting.on_held, holds.on_held, lorry_notices.on_held),
    logistics.DepartureResumed: (hire_waiting.on_resumed, holds.on_resumed, lorry_notices.on_resumed),
    logistics.LorrySwapped: (lorry_notices.on_swapped,),
    logistics.DepartureCleared: (carriage.on_cleared, return_way.on_cleared),
    logistics.DepartureArrived: (onward.on_arrived, return_way.on_arrived, lorry_notices.on_arrived),
    logistics.TransportNoted: (estimating.on_transport_noted, hooks.on_transport_noted),
    tracing.EstimateMoved: (late_arrivals.on_estimate_moved, delays.on_estimate_moved),
    tracing.HookGivenUp: (lorry_notices.on_hook_given_up,),
    distribution.ArrivalLate: (lorry_notices.on_arrival_late,),
    distribution.RideLost: (lorry_notices.on_ride_lost,),
    distribution.RideLate: (lorry_notices.on_ride_late,),
    surcharge_events.SurchargeProposed: (cargo_letters.on_surcharge_proposed,),
    logistics.ExcursionOpened: (cargo_letters.on_excursion_opened,),
    fee_events.FeeCharged: (fee_letters.on_fee_charged,),
    hire_events.HireShared: (settling_hires.on_hire_shared,),
    hire_events.HireUndone: (hire_letters.on_hire_undone,),
    fee_events.FeeWaived: (fee_letters.on_fee_waived,),
    hold_events.HeldCostCharged: (held_letters.on_charged,),
    hold_events.HeldCostWaived: (held_letters.on_waived,),
    hold_events.HeldCostBorne: (held_letters.on_borne,),
    payments.PaymentFellDue: (changes.on_fell_due, notices.on_payment_due),
    payments.PaymentPaid: (deciding.on_payment_paid, notices.on_payment_paid),
    payments.CreditAsked: (notices.on_credit_asked,),
    payments.TradingOffered: (notices.on_trading_offered,),
    payments.CreditDecided: (notices.on_credit_decided,),
    payments.PayerReminded: (notices.on_payer_reminded,),
    payments.SlipHandedIn: (notices.on_slip_handed_in,),
    payments.SlipDisputed: (notices.on_slip_disputed,),
    payments.ReceiptWithdrawn: (deciding.on_receipt_withdrawn, notices.on_receipt_withdrawn),
    payments.HeldMoneySentBack: (notices.on_held_money_sent_back,),
    payments.ReturnSent: (notices.on_return_sent,),
    payments.ReturnDenied: (notices.on_return_denied,),
    payments.PaymentLapsed: (deciding.on_payment_lapsed, notices.on_payment_lapsed),
    payments.CardAuthorised: (checkout.on_card_answered,),
    payments.CardCaptured: (holding.captured,),
    payments.CardDeclined: (checkout.on_card_answered,),
    payments.CardDisputeOpened: (dispute_parts.on_opened, notices.on_card_dispute_opened),
    payments.CardDisputeWon: (dispute_parts.on_ended, notices.on_card_dispute_ended),
    payments.CardDisputeClosed: (dispute_parts.on_ended, notices.on_card_dispute_ended),
    payments.CardDisputeLost: (dispute_parts.on_lost, notices.on_card_dispute_ended),
    payments.CardRefunded: (card_returns.on_refunded, holding.refunded, checkout.on_card_refunded),
    checked_out.UnorderedMoneyReturned: (notices.on_unordered_money_returned,),
    payments.CardRefundFailed: (card_returns.on_refund_failed, dispute_parts.on_refund_failed, holding.refunded),
    payments.SlipUnanswered: (treasury.on_slip_unanswered,),
    payments.AllowanceGranted: (changes.on_fell_due, trade_notes.on_allowance_granted),
    payments.WaitedTooLong: (notices.on_waited_too_long,),
    payments.CardCancelled: (holding.charge_cancelled,),
    approvals.ApprovalAsked: (notices.on_approval_asked,),
    approvals.ApprovalWaits: (notices.on_approval_waits,),
    approvals.ApprovalEnded: (notices.on_approval_ended,),
}
