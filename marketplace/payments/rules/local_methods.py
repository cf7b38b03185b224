"""The local ways to pay beside a card: which of them the provider takes in which country and currency.

Each is charged at once and held like a card's money: none can be reserved first. Sources: https://docs.stripe.com/payments/
paynow, promptpay, fpx, grabpay, alipay, wechat-pay ("Payment method properties", "Business locations").
"""

from collections.abc import Collection, Mapping
from enum import StrEnum
from typing import Final

from marketplace.kernel.money import Money


class LocalMethod(StrEnum):
    """A way to pay, by the provider's own name."""

    ALIPAY = "alipay"
    FPX = "fpx"
    GRABPAY = "grabpay"
    PAYNOW = "paynow"
    PROMPTPAY = "promptpay"
    WECHAT_PAY = "wechat_pay"


# What they are called, in every language alike.
NAMES: Final[Mapping[LocalMethod, str]] = {
    LocalMethod.ALIPAY: "Alipay",
    LocalMethod.FPX: "FPX",
    LocalMethod.GRABPAY: "GrabPay",
    LocalMethod.PAYNOW: "PayNow",
    LocalMethod.PROMPTPAY: "PromptPay",
    LocalMethod.WECHAT_PAY: "WeChat Pay",
}
# By the country of the house's account at the provider, the currencies that may be charged.
_TAKEN: Final[Mapping[LocalMethod, Mapping[str, Collection[str]]]] = {
    LocalMethod.ALIPAY: {"SG": ("CNY", "SGD"), "MY": ("CNY", "MYR")},
    LocalMethod.FPX: {"MY": ("MYR",)},
    LocalMethod.GRABPAY: {"SG": ("SGD",), "MY": ("MYR",)},
    LocalMethod.PAYNOW: {"SG": ("SGD",)},
    LocalMethod.PROMPTPAY: {"TH": ("THB",)},
    LocalMethod.WECHAT_PAY: {"SG": ("CNY", "SGD")},
}
# The largest amount at once, where the provider names one: https://support.stripe.com/questions/paynow-faq
_MOST: Final = {LocalMethod.PAYNOW: Money.of("200000", "SGD")}


def offered(amount: Money, *, country: str, enabled: Collection[LocalMethod]) -> tuple[LocalMethod, ...]:
    """Return by which of the methods that the house has switched on an amount can be paid."""
    return tuple(
        method
        for method in LocalMethod
        if method in enabled
        and amount.currency in _TAKEN[method].get(country, ())
        and (method not in _MOST or amount <= _MOST[method])
    )


def named(text: str) -> tuple[LocalMethod, ...]:
    """Read the methods that a city has switched on: names with commas between, ``all``, or none; ValueError."""
    if text.strip() == "all":
        return tuple(LocalMethod)
    return tuple(LocalMethod(name.strip()) for name in text.split(",") if name.strip())
