"""The jobs about money: what lapses, what goes back to cards, and what is paid out."""

from typing import Any
from uuid import UUID

from flask import current_app

from marketplace.kernel import clock
from marketplace.kernel.db import unit_of_work
from marketplace.kernel.errors import DomainError
from marketplace.kernel.money import Money
from marketplace.merchants.services import payees
from marketplace.payments.flows import bookings, cards, disputes, give_back, payouts, provider_accounts, remitting
from marketplace.payments.flows import lapsing as payments
from marketplace.payments.flows.card_calls import takes_cards
from marketplace.payments.rules.terms import Subject, SubjectKind


def activate_payees(_args: dict[str, Any]) -> None:
    """Let the accounts count whose wait is over."""
    with unit_of_work() as session:
        payees.activate_due(session, now=clock.now())


def lapse_payments(_args: dict[str, Any]) -> None:
    """Give what was not paid or answered in time its outcome; remind payers, and tell of other money that waits."""
    payments.lapse(now=clock.now())
    payments.remind(now=clock.now())
    payments.escalate(now=clock.now())


def give_back_card(args: dict[str, Any]) -> None:
    """Return a cancelled subject's money to the card."""
    give_back.give_back(subject=Subject(SubjectKind(args["subject_kind"]), UUID(args["subject_id"])), now=clock.now())


def refund_allowance(args: dict[str, Any]) -> None:
    """Return what was let off a price to the card."""
    give_back.refund_part(
        subject=Subject(SubjectKind(args["subject_kind"]), UUID(args["subject_id"])),
        amount=Money(args["minor"], args["currency"]),
        cause=args["cause"],
        now=clock.now(),
    )


def send_card_return(args: dict[str, Any]) -> None:
    """Send a return that two people agreed to to its card once more."""
    give_back.send_return(return_id=UUID(args["return"]), now=clock.now())


def resume_refunds(args: dict[str, Any]) -> None:
    """Do what had to wait until a card's bank decided a dispute."""
    give_back.resume(dispute_id=UUID(args["dispute"]), now=clock.now())


def send_transfers(_args: dict[str, Any]) -> None:
    """Ask for the transfers of payouts that were agreed to and, after a crash, not asked for."""
    if takes_cards():
        remitting.send(now=clock.now())


def watch_provider(_args: dict[str, Any]) -> None:
    """Look at disputes, and at accounts of companies, of which no notice came."""
    if takes_cards():
        disputes.watch(now=clock.now())
        provider_accounts.watch(now=clock.now())


def reconcile_bookings(_args: dict[str, Any]) -> None:
    """Compare the card provider's own books with the city's."""
    if takes_cards():
        bookings.reconcile(now=clock.now())


def gather_payouts(_args: dict[str, Any]) -> None:
    """Make the payouts of what was released since the last time."""
    payouts.gather(now=clock.now())


def send_payouts(_args: dict[str, Any]) -> None:
    """Write the instructions of payouts that were agreed to and, after a crash, not sent."""
    payouts.send(remittance=current_app.extensions["city.settings"].site_name, now=clock.now())


def reconcile_cards(_args: dict[str, Any]) -> None:
    """Finish what was asked of the card provider and never answered."""
    cards.reconcile(clock.now())
    remitting.reconcile(now=clock.now())
    disputes.reconcile(now=clock.now())


def deliver_double_events(_args: dict[str, Any]) -> None:
    """Be the embedded stand-in's network: hand its notices to the city as the provider would."""
    double = current_app.extensions.get("city.double")
    if double is not None:
        double.pass_time()
        double.deliver(_take_notice)


def _take_notice(_url: str, raw: bytes, signature: str) -> bool:
    try:
        cards.webhook(raw, signature, clock.now())
    except DomainError:
        return False
    return True
