"""What twenty lives together must have seen at least once: an act that never succeeds would prove nothing."""

from itertools import product

_RAILS = product(("bank", "card"), ("CNY", "USD", "VND", "THB", "LAK"))
_MODES = ("direct by bank", "provider_held by card", "operator_sells by bank", "operator_sells by card")
_FORMS = ("camt053", "mt940", "csv")
_NOTICES = ("brought", "twice", "later", "dropped")
_FAULTS = ("timeout_before", "timeout_after", "throttle", "break_before", "break_after")
_CHANGES = (
    "reduce accepted", "discount accepted", "add accepted", "cancel accepted", "discount declined",
    "discount void",
)  # fmt: skip
_BOOKS = (
    "card_captured", "card_refunded", "card_returned", "provider_fee", "released", "release_reversed", "payout_sent",
    "payout_settled", "payout_returned", "commission_billed", "commission_paid", "bank_booked", "bank_opened",
    "provider_paid_out", "house_own_moved", "obligation_due", "obligation_paid", "obligation_charges",
    "obligation_cancelled", "return_due", "return_withdrawn", "return_made", "dispute_withdrawn",
    "dispute_reinstated", "dispute_fee", "dispute_lost", "receivable_booked", "receivable_netted", "transfer_reversed",
    "placement_reversed", "sale_due", "sale_received", "sale_charges", "sale_lowered", "sale_let_off", "sale_refunded",
    "sale_surplus", "purchase_due", "purchase_reversed",
)  # fmt: skip

WANTED = (
    *(f"order {mode}" for mode in _MODES),
    *(f"order by {rail} in {currency}" for rail, currency in _RAILS),
    *(f"statement as {form}" for form in _FORMS),
    *(f"notice {way}" for way in _NOTICES),
    *(f"fault {fault}" for fault in _FAULTS),
    *(f"change {change}" for change in _CHANGES),
    *(f"books {kind}" for kind in _BOOKS),
    "reject a line", "reject the order", "POST /orders/*/confirmation", "POST /orders/*/cancellation",
    "grant a credit", "refuse a credit",
    "POST /order-lines/*/packing", "POST /order-lines/*/ready", "POST /order-lines/*/handover",
    "POST /inspections/*/answer", "POST /inspections/*/report", "POST /departures/*/strip",
    "POST /bookings/*/receipt", "POST /order-lines/*/acceptance", "POST /order-lines/*/claims",
    "POST /claims/*/answer", "POST /claims/*/settlement", "POST /claims/*/escalation", "POST /claims/*/decision",
    "POST /claims/*/withdrawal",
    "POST /payments/*/confirmation", "POST /payments/*/slip", "POST /payments/*/dispute", "POST /transfers",
    "POST /transfers/*/match", "POST /transfers/*/withdrawal", "POST /transfers/*/dismissal",
    "POST /returns/*/confirmation", "POST /returns/*/receipt",
    "POST /payouts", "POST /payouts/*/approval", "payout settled", "payout failed", "payout returned",
    "house money for own", "house money for sender", "house money for provider", "house money for commission",
    "POST /house-entries/*/approval", "POST /house-entries/*/refusal", "POST /commissions/*/receipts",
    "POST /card-returns/*/approval", "POST /card-returns/*/result", "hold release", "hold refund",
    "dispute opened", "dispute won", "dispute lost", "POST /card-disputes/*/answer",
    "credit note", "POST /order-changes/*/refusal", "POST /order-changes/*/withdrawal",
    "payout by provider_transfer settled", "reversal done",
    "POST /bookings/*/roll", "POST /bookings/*/decline", "POST /order-lines/*/booking", "end a late order",
    "POST /house-entries/*/reversal", "POST /house-entries/*/reversal/approval",
    "POST /house-entries/*/reversal/refusal",
    "POST /trading-payments/*/confirmation", "POST /trading-payments/*/dispute", "POST /trading-receipts/*/withdrawal",
    "POST /trading-returns/*/confirmation", "house money for sale", "house money for sale_receipt",
    "house money for sale_return",
)  # fmt: skip
