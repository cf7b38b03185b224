"""Stripe's test payment methods and how they behave. Source: https://docs.stripe.com/testing"""

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class TestCard:
    """A card by its token; ``decline`` is the error code of a refusal, ``challenge`` asks the bank's page first."""

    brand: str
    last4: str
    decline: str = ""
    decline_code: str = ""
    challenge: bool = False
    refunds_fail: bool = False
    dispute: str = ""  # the reason with which its holder disputes what was captured
    inquiry: bool = False  # the bank asks first, and takes nothing yet


CARDS: Final[dict[str, TestCard]] = {
    "pm_card_visa": TestCard("visa", "4242"),
    "pm_card_visa_debit": TestCard("visa", "5556"),
    "pm_card_mastercard": TestCard("mastercard", "4444"),
    "pm_card_amex": TestCard("amex", "0005"),
    "pm_card_unionpay": TestCard("unionpay", "0005"),
    "pm_card_jcb": TestCard("jcb", "0505"),
    "pm_card_chargeDeclined": TestCard("visa", "0002", "card_declined", "generic_decline"),
    "pm_card_visa_chargeDeclined": TestCard("visa", "0002", "card_declined", "generic_decline"),
    "pm_card_chargeDeclinedInsufficientFunds": TestCard("visa", "9995", "card_declined", "insufficient_funds"),
    "pm_card_visa_chargeDeclinedInsufficientFunds": TestCard("visa", "9995", "card_declined", "insufficient_funds"),
    "pm_card_visa_chargeDeclinedLostCard": TestCard("visa", "9987", "card_declined", "lost_card"),
    "pm_card_visa_chargeDeclinedStolenCard": TestCard("visa", "9979", "card_declined", "stolen_card"),
    "pm_card_chargeDeclinedExpiredCard": TestCard("visa", "0069", "expired_card", "expired_card"),
    "pm_card_chargeDeclinedIncorrectCvc": TestCard("visa", "0127", "incorrect_cvc", "incorrect_cvc"),
    "pm_card_chargeDeclinedProcessingError": TestCard("visa", "0119", "processing_error", "processing_error"),
    "pm_card_authenticationRequired": TestCard("visa", "3184", challenge=True),
    "pm_card_threeDSecure2Required": TestCard("visa", "3220", challenge=True),
    "pm_card_createDispute": TestCard("visa", "0259", dispute="fraudulent"),
    "pm_card_createDisputeProductNotReceived": TestCard("visa", "2685", dispute="product_not_received"),
    "pm_card_createDisputeInquiry": TestCard("visa", "1976", dispute="fraudulent", inquiry=True),
    "pm_card_refundFail": TestCard("visa", "5126", refunds_fail=True),
}
MESSAGES: Final = {
    "card_declined": "Your card was declined.",
    "insufficient_funds": "Your card has insufficient funds.",
    "expired_card": "Your card has expired.",
    "incorrect_cvc": "Your card's security code is incorrect.",
    "processing_error": "An error occurred while processing your card. Try again in a little bit.",
    "authentication_required": "Your card was declined. This transaction requires authentication.",
}
