"""The local ways to pay of this part of the world: who may take them, in what, and how a buyer confirms.

None of them can be reserved and captured apart, none has disputes. Which business country takes what, and for how long
it is refunded: https://docs.stripe.com/payments/paynow, /promptpay, /fpx, /grabpay, /alipay, /wechat-pay (each under
"Payment method properties" and "Refunds"). A QR code is good for an hour: https://guide.pay.gov.sg/faq/payments
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

QR_LIFETIME: Final = 3600


@dataclass(frozen=True, slots=True)
class LocalMethod:
    """One of them; ``taken_in`` gives the currencies by the country of the business, ``action`` is the next action."""

    taken_in: Mapping[str, frozenset[str]]
    action: str
    refund_days: int | None = None
    # What a refund is at first: some are done at once, some later, one after the payer has said where to.
    refund: str = "succeeded"
    # What the payment method must say of its payer.
    needs: tuple[str, ...] = ()
    # An option that must be named.
    option: str = ""
    most: int | None = None

    @property
    def shows_code(self) -> bool:
        """Whether the buyer is shown a code to scan, and not sent to a site to log in to."""
        return self.action.endswith("_display_qr_code")


def _in(**countries: str) -> dict[str, frozenset[str]]:
    return {country: frozenset(currencies.split()) for country, currencies in countries.items()}


LOCAL: Final[Mapping[str, LocalMethod]] = {
    "alipay": LocalMethod(
        _in(
            AU="cny aud", DE="cny eur", FR="cny eur", GB="cny gbp", HK="cny hkd", JP="cny jpy", MY="cny myr",
            NZ="cny nzd", SG="cny sgd", US="cny usd",
        ),
        "alipay_handle_redirect",
        refund_days=90,
    ),
    "fpx": LocalMethod(_in(MY="myr"), "redirect_to_url", refund_days=60, refund="pending", needs=("fpx.bank",)),
    "grabpay": LocalMethod(_in(MY="myr", SG="sgd"), "redirect_to_url", refund_days=90),
    "paynow": LocalMethod(
        # The largest amount: https://support.stripe.com/questions/paynow-faq
        _in(SG="sgd"), "paynow_display_qr_code", refund_days=90, refund="pending", most=20_000_000,
    ),
    "promptpay": LocalMethod(
        _in(TH="thb"), "promptpay_display_qr_code", refund="requires_action", needs=("billing_details.email",)
    ),
    "wechat_pay": LocalMethod(
        _in(
            AU="cny aud", DE="cny eur", FR="cny eur", GB="cny gbp", HK="cny hkd", JP="cny jpy", SG="cny sgd",
            US="cny usd",
        ),
        "wechat_pay_display_qr_code",
        refund_days=180,
        option="client",
    ),
}  # fmt: skip


def types_for(
    country: str, currency: str, amount: int, *, manual: bool, redirects: bool, allowed: list[str] | None
) -> list[str]:
    """Return the types that a payment may be made by, as Stripe finds them: all that fit, of those that are allowed."""
    fit = [
        name
        for name, method in LOCAL.items()
        if currency in method.taken_in.get(country, frozenset())
        and not manual
        and (redirects or method.shows_code)
        and (method.most is None or amount <= method.most)
    ]
    return [name for name in ("card", *fit) if allowed is None or name in allowed]


def next_action(name: str, *, page: str, data: str, return_url: str) -> dict[str, Any]:
    """Return what the buyer must do next: go to a page, or scan a code that a page shows as well."""
    method = LOCAL[name]
    if method.action == "redirect_to_url":
        return {"type": method.action, method.action: {"return_url": return_url, "url": page}}
    if method.action == "alipay_handle_redirect":
        facts = {"native_data": None, "native_url": None, "return_url": return_url, "url": page}
        return {"type": method.action, method.action: facts}
    code = {
        "data": data,
        "hosted_instructions_url": page,
        "image_url_png": f"{page}/code.png",
        "image_url_svg": f"{page}/code.svg",
    }
    if name == "wechat_pay":
        code["image_data_url"] = f"{page}/code.png"
    return {"type": method.action, method.action: code}
