"""The settings of the city in words: what each is called, what it means, and what its number counts."""

from typing import Any, Final, NamedTuple

from flask_babel import lazy_gettext as _

from marketplace.reference.rules import Setting


class Words(NamedTuple):
    """A setting as people read it; ``unit`` is empty for an amount of money."""

    title: Any
    meaning: Any
    unit: Any = ""

    @property
    def is_share(self) -> bool:
        """Tell whether the number counts hundredths of a per cent, which people read as per cent."""
        return self.unit is _BASIS_POINTS


_MINUTES, _HOURS, _DAYS, _WORKING_DAYS = _("minutes"), _("hours"), _("days"), _("working days")
_BASIS_POINTS, _KILOGRAMS, _PERCENT = _("hundredths of a per cent"), _("kg"), _("per cent")

WORDS: Final[dict[Setting, Words]] = {
    Setting.HOLD_CARD_MINUTES: Words(
        _("Hold during a card payment"),
        _("So long stock and room on a lorry are kept for a checkout that pays by card."),
        _MINUTES,
    ),
    Setting.PROFORMA_WORKING_DAYS: Words(
        _("Validity of a pro-forma"),
        _("So long a deposit by bank transfer may take, counted in the buyer's working days."),
        _WORKING_DAYS,
    ),
    Setting.FREIGHT_QUOTE_HOURS: Words(
        _("Validity of a freight quote"),
        _("So long a quoted freight holds, whatever the tariff says meanwhile; never beyond the cargo cut-off."),
        _HOURS,
    ),
    Setting.MERCHANT_CONFIRM_WORKING_DAYS: Words(
        _("Time to confirm an order"),
        _("An order that its merchant does not confirm within this time is cancelled."),
        _WORKING_DAYS,
    ),
    Setting.RECEIPT_WORKING_DAYS: Words(
        _("Time to record a receipt"),
        _("Goods that arrived and of which no receipt is recorded within this time count as received."),
        _WORKING_DAYS,
    ),
    Setting.LATE_CANCEL_WORKING_DAYS: Words(
        _("Patience with goods that do not come"),
        _("So long after the promised day at the hub a buyer may cancel goods that are still not there."),
        _WORKING_DAYS,
    ),
    Setting.READY_ANSWER_WORKING_DAYS: Words(
        _("Time to say whether a ready date stands"),
        _("A ready date whose merchant does not answer within this time when he is asked counts as at risk."),
        _WORKING_DAYS,
    ),
    Setting.ACCEPTANCE_DAYS: Words(
        _("Time to accept goods"),
        _("Goods that are neither accepted nor claimed within this time after receipt count as accepted."),
        _DAYS,
    ),
    Setting.ACCEPTANCE_FRESH_HOURS: Words(
        _("Time to accept fresh goods"), _("The same for fresh goods, by the clock."), _HOURS
    ),
    Setting.ACCEPTANCE_MACHINERY_DAYS: Words(
        _("Time to accept machinery"), _("The same for machines and vehicles, which are tried out."), _DAYS
    ),
    Setting.CHANGE_ANSWER_WORKING_DAYS: Words(
        _("Time to answer a change of an order"),
        _("A change that is not accepted within this time expires: what was agreed before stands."),
        _WORKING_DAYS,
    ),
    Setting.HIDDEN_DEFECT_DAYS: Words(
        _("Time to claim hidden defects"),
        _("So long after acceptance defects may be claimed that nobody could see."),
        _DAYS,
    ),
    Setting.HIDDEN_DEFECT_FRESH_DAYS: Words(
        _("Time to claim hidden defects of fresh goods"),
        _("The same for fresh goods, in working days."),
        _DAYS,
    ),
    Setting.HIDDEN_DEFECT_MACHINERY_DAYS: Words(
        _("Time to claim hidden defects of machinery"),
        _("The same for machines and vehicles; a warranty comes on top."),
        _DAYS,
    ),
    Setting.LATE_DAY_BASIS_POINTS: Words(
        _("What a day of delay is worth"),
        _("A buyer may claim so much of the price of goods for each day that they came after the promised arrival. "
          "Orders placed from the day on keep it."),
        _BASIS_POINTS,
    ),
    Setting.LATE_MOST_BASIS_POINTS: Words(
        _("What delay is worth at most"),
        _("However late goods come, no more of their price is claimed for the delay than this."),
        _BASIS_POINTS,
    ),
    Setting.REMEDY_SEND_WORKING_DAYS: Words(
        _("Time to send what a claim ended with"),
        _("A replacement or parts that are not sent within this time are paid for instead; goods that are not sent "
          "back within it stay with their buyer."),
        _WORKING_DAYS,
    ),
    Setting.REMEDY_CONFIRM_WORKING_DAYS: Words(
        _("Time to confirm what a claim ended with"),
        _("What was sent to settle a claim, and of which nobody says within this time whether it came, counts as "
          "received."),
        _WORKING_DAYS,
    ),
    Setting.DISPUTE_ANSWER_WORKING_DAYS: Words(
        _("Time to answer a claim"), _("A claim without an answer within this time is escalated."), _WORKING_DAYS
    ),
    Setting.DISPUTE_ESCALATION_WORKING_DAYS: Words(
        _("Time to agree about a claim"), _("A claim that both sides still argue about then may go to the operator."),
        _WORKING_DAYS,
    ),
    Setting.INSPECTION_ANSWER_WORKING_DAYS: Words(
        _("Time to answer about an inspection"),
        _("An inspector who is asked, a buyer who is offered an inspection or has a conditional result, answers within "
          "this time; then the inspector counts as unwilling, the offer as declined, the goods as taken."),
        _WORKING_DAYS,
    ),
    Setting.INSPECTION_REPORT_WORKING_DAYS: Words(
        _("Time to report an inspection"),
        _("An inspection without a report so long after its day needs another inspector."),
        _WORKING_DAYS,
    ),
    Setting.SAMPLE_DECISION_WORKING_DAYS: Words(
        _("Time to approve or refuse a sample"),
        _("A buyer who says nothing of a sample in so many working days from its receipt has not approved it."),
    ),
    Setting.SAMPLE_LOST_WORKING_DAYS: Words(
        _("Time for a courier beside the days he takes"),
        _("A sample of which nobody says that it came, so many working days after its day, is lost at its merchant's "
          "risk."),
    ),
    Setting.INSPECTION_REPEAT_WORKING_DAYS: Words(
        _("Time to mend what failed an inspection"),
        _("So long after goods failed their merchant may name the day of the next inspection; then it is ordered at "
          "his expense."),
        _WORKING_DAYS,
    ),
    Setting.TRANSFER_TOLERANCE: Words(
        _("Tolerance for bank charges"), _("A transfer that is short by no more than this counts as paid in full.")
    ),
    Setting.COMMISSION_BASIS_POINTS: Words(
        _("Commission"), _("What a merchant owes the city of the price of accepted goods, freight not counted."),
        _BASIS_POINTS,
    ),
    Setting.COMMISSION_VAT_BASIS_POINTS: Words(
        _("Value added tax on commission"),
        _(
            "What the operator's country taxes its commission with, on top of it. Orders placed from the day on keep "
            "the rate; at 0 no tax is charged, and statements say so."
        ),
        _BASIS_POINTS,
    ),
    Setting.PROVIDER_FEE_PAYEE_BASIS_POINTS: Words(
        _("Card provider's fee borne by the payee"), _("The share of a card payment that is kept back from its payee."),
        _BASIS_POINTS,
    ),
    Setting.SLIP_ANSWER_WORKING_DAYS: Words(
        _("Time to answer a payment slip"),
        _("A payee says within this time whether the money has come."),
        _WORKING_DAYS,
    ),
    Setting.SLIP_ESCALATION_WORKING_DAYS: Words(
        _("Time until a slip goes to the operator"), _("A slip without an answer is the operator's to ask about then."),
        _WORKING_DAYS,
    ),
    Setting.CREDIT_ANSWER_WORKING_DAYS: Words(
        _("Time to answer a request for credit"),
        _("A request that its merchant does not answer within this time is declined."),
        _WORKING_DAYS,
    ),
    Setting.DUNNING_FIRST_WORKING_DAYS: Words(
        _("First reminder"),
        _("So long after its due day the payer of a payment on credit is reminded, counted in its working days."),
        _WORKING_DAYS,
    ),
    Setting.DUNNING_SECOND_WORKING_DAYS: Words(
        _("Second reminder"), _("So long after the due day the payer is reminded again."), _WORKING_DAYS
    ),
    Setting.DUNNING_FINAL_WORKING_DAYS: Words(
        _("Final reminder"), _("So long after the due day the payer is reminded for the last time."), _WORKING_DAYS
    ),
    Setting.DUNNING_REFUSAL_LEVEL: Words(
        _("No new credit from reminder"),
        _("From this reminder on (3 is the final one) a buyer orders nothing more on credit of that merchant."),
        _("reminder"),
    ),
    Setting.TRANSFER_MATCH_WORKING_DAYS: Words(
        _("Time to say what money is for"),
        _("A payee says within this time which payments a transfer is for; then the payee is reminded once."),
        _WORKING_DAYS,
    ),
    Setting.PAYOUT_APPROVAL_WORKING_DAYS: Words(
        _("Time to approve a payout"),
        _("A payout that still waits for an approval then is overdue, and the operator's finance people are told."),
        _WORKING_DAYS,
    ),
    Setting.PAYOUT_RESULT_WORKING_DAYS: Words(
        _("Time to note a payout's result"),
        _("A payout that was sent and of which the bank's result is not noted then is overdue."),
        _WORKING_DAYS,
    ),
    Setting.CARD_RETURN_WORKING_DAYS: Words(
        _("Time to send a failed refund another way"),
        _("Money that a card's bank refused and that still waits for the operator then is overdue."),
        _WORKING_DAYS,
    ),
    Setting.FOUR_EYES_THRESHOLD: Words(
        _("Payouts and bank money with four eyes"),
        _("From this amount on two people approve a payout, and say what money at the operator's bank is for."),
    ),
    Setting.CUTOFF_DOCUMENTS_HOURS: Words(
        _("Cut-off for documents"),
        _("So long before departure papers must be there. Binds departures made after a change."),
        _HOURS,
    ),
    Setting.CUTOFF_CARGO_HOURS: Words(
        _("Cut-off for cargo"),
        _("So long before departure cargo must be at the hub. Binds departures made after a change."),
        _HOURS,
    ),
    Setting.CUTOFF_DANGEROUS_HOURS: Words(
        _("Cut-off for dangerous goods"),
        _(
            "So long before departure dangerous goods are booked at the latest. Binds departures made after a change."
        ),
        _HOURS,
    ),
    Setting.CUTOFF_CUSTOMS_HOURS: Words(
        _("Cut-off for customs"),
        _("So long before departure the declarations must be lodged. Binds departures made after a change."),
        _HOURS,
    ),
    Setting.CUTOFF_AMEND_HOURS: Words(
        _("Cut-off for amendments"),
        _("So long before departure a booking can be amended. Binds departures made after a change."),
        _HOURS,
    ),
    Setting.CUTOFF_CANCEL_HOURS: Words(
        _("Cut-off for cancellations"),
        _(
            "So long before departure a cancellation is in good time; what a later one costs stands in the fee rules."
            " Binds departures made after a change."
        ),
        _HOURS,
    ),
    Setting.M3_FACTOR: Words(
        _("Weight of a cubic metre"),
        _("What a cubic metre counts as in chargeable weight, in tariffs that name no other figure."), _KILOGRAMS,
    ),
    Setting.LDM_FACTOR: Words(
        _("Weight of a loading metre"),
        _("What a loading metre counts as in chargeable weight, in tariffs that name no other figure."), _KILOGRAMS,
    ),
    Setting.OVERBOOKING_PERCENT: Words(
        _("Room that is sold"), _("How much of a lorry's room is sold; 100 is no overbooking."), _PERCENT
    ),
    Setting.COUNT_SECOND_PERCENT: Words(
        _("Count difference for a second person"),
        _("A count in a distribution centre that differs by more waits for another person; 0 lets every one wait."),
        _PERCENT,
    ),
    Setting.CENTRE_COLLECT_WORKING_DAYS: Words(
        _("Time to fetch goods from a centre"),
        _("Goods ordered in a distribution centre are declared and fetched within it, or both sides are told."),
        _WORKING_DAYS,
    ),
    Setting.TIMETABLE_DAYS: Words(
        _("Length of the timetable"), _("So far ahead departures can be booked."), _DAYS
    ),
    Setting.UNVERIFIED_ORDERS: Words(
        _("Unpaid orders of a buyer not verified"),
        _("So many orders by bank transfer may wait for a deposit or the merchant's confirmation at once."),
        _("orders"),
    ),
    Setting.UNVERIFIED_VALUE: Words(
        _("Unpaid value of a buyer not verified"),
        _("What these orders may be worth together."),
        "",
    ),
    Setting.UNVERIFIED_STOCK_PERCENT: Words(
        _("Share of stock of a buyer not verified"),
        _("So much of the stock of an offer these orders may hold."),
        _PERCENT,
    ),
    Setting.UNVERIFIED_HOLD_HOURS: Words(
        _("Hold of a buyer not verified"),
        _("So long goods and room are held until the deposit by bank transfer is seen."),
        _HOURS,
    ),
    Setting.TRACKING_LINK_DAYS: Words(
        _("Life of a tracking link"), _("So long after delivery a public tracking link still shows the way."), _DAYS
    ),
    Setting.PAYOUT_DAYS: Words(
        _("Days between payouts"), _("So often released money is gathered into payouts."), _DAYS
    ),
    Setting.WEEK_LETTER_HOUR: Words(
        _("Hour of the week's letter"),
        _("At this hour, by the clock of each company, members are sent the week who asked for it."),
        _("o'clock"),
    ),
    Setting.APPLICATION_REVIEW_WORKING_DAYS: Words(
        _("Time to review an application"),
        _("The operator answers an application to sell within this time; one that takes longer is told so."),
        _WORKING_DAYS,
    ),
    Setting.PRICE_ANSWER_WORKING_DAYS: Words(
        _("Time to answer a request for a price"),
        _("A merchant answers within this time whoever asks for a price that is not shown; then the request lapses."),
        _WORKING_DAYS,
    ),
    Setting.REVIEW_HOURS: Words(
        _("Time to review a listing"),
        _("A listing that is handed in is answered within this time, or its merchant is told that it takes longer."),
        _HOURS,
    ),
    Setting.APPEAL_DAYS: Words(
        _("Time to appeal"),
        _("So long after a listing or a change was declined, or a listing taken down, its merchant may ask another "
          "reviewer to look again."),
        _DAYS,
    ),
    Setting.TRUST_CONFIRMED: Words(
        _("Trust: confirmed in a row"),
        _("A merchant of whom reviewers confirmed so many listings and changes in a row is trusted: what he changes "
          "goes live without a reviewer, but for what looks risky and for samples."),
        _("cases"),
    ),
    Setting.TRUST_CLEAN_DAYS: Words(
        _("Trust: days without a fault"),
        _("For so long nothing of a trusted merchant was declined and no report of his goods upheld; one that is ends "
          "the trust at once."),
        _DAYS,
    ),
    Setting.TRUST_MOST_RISK: Words(
        _("Trust: most risk"),
        _("What looks riskier than this, of 100, is seen by a reviewer whoever's it is."),
        _("points"),
    ),
    Setting.TRUST_SAMPLE_PERCENT: Words(
        _("Trust: samples"),
        _("So many in a hundred of a trusted merchant's changes are seen by a reviewer all the same, drawn by lot; "
          "at 100 a reviewer sees everything."),
        _PERCENT,
    ),
    Setting.LOW_STOCK_ORDERS: Words(
        _("Stock that runs low"),
        _("Goods of which fewer than so many smallest orders lie free are told to their merchant."),
        _("smallest orders"),
    ),
    Setting.PAYEE_WAIT_HOURS: Words(
        _("Wait of a new account"),
        _("A company's later bank account counts after this wait, so that a theft is noticed first."),
        _HOURS,
    ),
    Setting.PAYEE_CHANGE_HOURS: Words(
        _("Wait of another account for placed orders"),
        _("Another account that is proposed for a placed order is paid into after this wait at the earliest, however "
          "soon its buyer accepts."),
        _HOURS,
    ),
    Setting.QUESTION_ANSWER_WORKING_DAYS: Words(
        _("Time to answer a question"),
        _("A merchant answers what buyers ask about his goods within this time; later it counts as overdue, and he is "
          "reminded once."),
        _WORKING_DAYS,
    ),
    Setting.ENQUIRY_ANSWER_WORKING_DAYS: Words(
        _("Time to answer an enquiry"),
        _("The operator answers exhibitors and investors within this time, or is reminded once."),
        _WORKING_DAYS,
    ),
    Setting.LEAD_ANSWER_WORKING_DAYS: Words(
        _("Time to answer a visitor of a booth"),
        _("A tenant answers a lead within this time, or the tenant is reminded once."),
        _WORKING_DAYS,
    ),
    Setting.REVIEW_CHANGE_DAYS: Words(
        _("Time to change a review"),
        _("So long after it was written a buyer may change a review of goods; what it said before is kept."),
        _DAYS,
    ),
    Setting.APPROVAL_WORKING_DAYS: Words(
        _("Time to approve inside a company"),
        _("A purchase that a buyer's approvers do not decide within this time, at each step, is not made; they are "
          "reminded before."),
        _WORKING_DAYS,
    ),
    Setting.APPROVAL_USE_WORKING_DAYS: Words(
        _("Time to use an approval"),
        _("An approved purchase that is not ordered within this time needs a new approval."),
        _WORKING_DAYS,
    ),
    Setting.OFFICIAL_INVOICE_DAYS: Words(
        _("Time to issue an official invoice"),
        _("A seller is reminded of goods that were handed over longer ago and have no official invoice yet."),
        _DAYS,
    ),
    Setting.OFFICIAL_INVOICE_TAX_BASIS_POINTS: Words(
        _("Tax on top of the price on official invoices"),
        _("Official invoices may name so much more than the value of the goods, for taxes the price does not contain."),
        _BASIS_POINTS,
    ),
    Setting.COST_TOLERANCE_BASIS_POINTS: Words(
        _("Tolerance for partners' invoices"),
        _("A line of a partner's invoice that differs from the planned cost by no more than this share of it matches."),
        _BASIS_POINTS,
    ),
    Setting.REEFER_TOLERANCE_MINUTES: Words(
        _("Patience with cold goods outside their range"),
        _("Goods whose logger shows them outside their range for longer than this have a case opened."),
        _MINUTES,
    ),
}  # fmt: skip
