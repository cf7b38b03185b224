"""What each job does, for the page of those that were given up; a test keeps the list whole."""

from typing import Any, Final

from flask_babel import lazy_gettext as _

JOBS: Final[dict[str, Any]] = {
    "accept_by_silence": _("Accept goods that nobody claimed in time"),
    "activate_payees": _("Let new accounts count"),
    "cancel_unconfirmed_orders": _("Cancel orders that were not confirmed in time"),
    "close_lines": _("Close lines whose time to claim is over"),
    "compare_listings": _("Find listings that are alike"),
    "close_registrations": _("Close the registration of events that begin soon"),
    "deliver_double_events": _("Bring the news of demo payments"),
    "erase_bytes": _("Erase files"),
    "erase_letters": _("Erase letters of a person who was erased"),
    "escalate_reviews": _("Tell of reviews that take too long"),
    "escalate_visitors": _("Tell of visitors who wait too long for an answer"),
    "expire_bookings": _("Give room of lapsed bookings back"),
    "expire_changes": _("End proposed changes that nobody answered"),
    "expire_messages": _("Give messages up that could not be sent"),
    "expire_stock_holds": _("Give lapsed claims on stock back"),
    "finish_checkout": _("Finish a checkout"),
    "finish_checkouts": _("Finish checkouts that were left"),
    "gather_payouts": _("Gather payouts of what was released"),
    "give_back_card": _("Give the money of a cancelled order back to a card"),
    "import_pictures": _("Take in the pictures of a price list"),
    "import_sheet": _("Read a price list"),
    "index_listings": _("Bring listings into the search"),
    "keep_timetable": _("Close departures at their cut-off"),
    "issue_statements": _("State the accounts of last month"),
    "lapse_approvals": _("Remind of requests for approval, and end those whose time is over"),
    "lapse_claims": _("Let claims go on whose time is over"),
    "lapse_inspections": _("Let inspections go on whose time is over"),
    "lapse_payments": _("Note payments that are overdue"),
    "lapse_price_requests": _("End requests for prices that nobody answered"),
    "prune_jobs": _("Clear old jobs away"),
    "rebuild_index": _("Build the search anew"),
    "receive_by_default": _("Receive goods that nobody counted in time"),
    "reconcile_cards": _("Ask the card provider how payments stand"),
    "refund_allowance": _("Give what was let off a price back to a card"),
    "remind_of_invoices": _("Tell sellers of goods that wait for their official invoice"),
    "remind_of_questions": _("Remind merchants of questions that nobody answered"),
    "render_document": _("Set a paper"),
    "roll_timetable": _("Plan coming departures"),
    "seal_audit": _("Seal the audit trail"),
    "send_transfers": _("Send payouts by transfer"),
    "resume_refunds": _("Send refunds that waited for a card's bank"),
    "reconcile_bookings": _("Compare the card provider's books with the city's"),
    "watch_provider": _("Look at disputes and accounts at the card provider"),
    "send_card_return": _("Send money back to a card"),
    "send_message": _("Send a message"),
    "send_payouts": _("Send payouts"),
    "sweep_logins": _("Clear old sign-ins away"),
    "tell": _("Write to people about what happened"),
    "weigh_cases": _("Weigh how closely to look at what a merchant handed in"),
    "watch_requirements": _("Tell of papers of companies that end"),
    "screen_goods": _("Compare goods with lists"),
    "watch_goods_papers": _("Tell of certificates and licences of goods that end"),
    "screen_everybody": _("Compare everybody with a list that came in"),
    "requalify_companies": _("Work out levels of buyers and partners anew"),
}


def said_of(name: str) -> str:
    """Return what a job does; one without words is called by its name."""
    return str(JOBS.get(name, name))
