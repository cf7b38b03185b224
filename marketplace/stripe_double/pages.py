"""The pages a buyer sees at the provider: pay by test card or local method, answer the bank. No script, no numbers.

A WSGI application of its own, mounted beside the city's: like the real provider's page it shares nothing with it, and
the address is the key.
"""

import io
from decimal import Decimal
from typing import Any, Final
from urllib.parse import urlsplit

import segno
from babel.numbers import format_decimal
from flask import Flask, Response, abort, redirect, render_template, request
from flask_babel import Babel, get_locale
from flask_babel import lazy_gettext as _
from markupsafe import Markup

from marketplace import paths
from marketplace.kernel import clock
from marketplace.stripe_double import currencies
from marketplace.stripe_double.calls import Call
from marketplace.stripe_double.cards import CARDS
from marketplace.stripe_double.double import Double
from marketplace.stripe_double.errors import Refusal
from marketplace.stripe_double.local_methods import LOCAL
from marketplace.stripe_double.resources import accounts, checkout_sessions, local_payments, payment_intents

_LOCALES: Final = {"en": "en", "zh": "zh_Hans", "zh-CN": "zh_Hans", "vi": "vi"}
# What the page offers, in this order.
OFFERED: Final = {
    "pm_card_visa": _("Test card that pays"),
    "pm_card_chargeDeclined": _("Test card that is declined"),
    "pm_card_chargeDeclinedInsufficientFunds": _("Test card without enough money"),
    "pm_card_chargeDeclinedExpiredCard": _("Test card that has expired"),
    "pm_card_authenticationRequired": _("Test card whose bank asks for a confirmation"),
}
# Local methods are called what they are called everywhere.
_NAMES: Final = {
    "alipay": "Alipay",
    "fpx": "FPX",
    "grabpay": "GrabPay",
    "paynow": "PayNow",
    "promptpay": "PromptPay",
    "wechat_pay": "WeChat Pay",
}
_REASONS: Final = {
    "insufficient_funds": _("The card has not enough money. Nothing was charged; choose another card."),
    "expired_card": _("The card has expired. Nothing was charged; choose another card."),
    "payment_intent_authentication_failure": _("The bank did not confirm. Nothing was charged; choose another card."),
}
_DECLINED: Final = _("The card was declined. Nothing was charged; choose another card.")
_FAILED: Final = _("The payment did not go through. Nothing was charged; try again or choose another way.")
_SECRET: Final = 24


def create_pages(double: Double) -> Flask:
    """Return the application of the pages of one stand-in."""
    app = Flask(
        "stripe_double",
        template_folder=str(paths.TEMPLATES),
        static_folder=str(paths.STATIC / "double"),
        static_url_path="/static",
    )
    app.config["BABEL_TRANSLATION_DIRECTORIES"] = str(paths.TRANSLATIONS)
    app.config["MAX_CONTENT_LENGTH"] = 16 * 1024
    Babel(app, locale_selector=_locale)
    app.add_template_global(_spell, "spell")
    pages = _Pages(double)
    app.add_url_rule("/pay/<session_id>", "pay", pages.pay, methods=["GET", "POST"])
    app.add_url_rule("/challenge/<intent_id>/<secret>", "challenge", pages.challenge, methods=["GET", "POST"])
    app.add_url_rule("/local/<intent_id>/<secret>", "local", pages.local, methods=["GET", "POST"])
    app.add_url_rule("/local/<intent_id>/<secret>/code.<kind>", "code", pages.code)
    app.add_url_rule("/connect/<account_id>/<secret>", "connect", pages.connect, methods=["GET", "POST"])
    app.after_request(_headers)
    return app


class _Pages:
    def __init__(self, double: Double) -> None:
        self._double = double

    def pay(self, session_id: str) -> Any:
        """Show the page of a Checkout Session, and take what is chosen on it."""
        self._double.act(checkout_sessions.expire_due)
        session = self._double.read("checkout.session", session_id) or abort(404)
        if session["status"] == "complete":
            return redirect(session["success_url"], 303)
        if session["status"] == "expired":
            return _show("expired", session["cancel_url"], session=session), 410
        return self._form(session) if request.method == "GET" else self._chosen(session)

    def _chosen(self, session: dict[str, Any]) -> Any:
        act, token = request.form.get("act", ""), request.form.get("card", "")
        if act == "cancel":
            return redirect(session["cancel_url"] or session["success_url"], 303)
        if token in LOCAL and token in session["payment_method_types"]:
            return self._begin_local(session, token)
        if token not in OFFERED or "card" not in session["payment_method_types"]:
            return self._form(session, _("Choose a card.")), 422
        if CARDS[token].challenge and act not in ("confirm", "refuse"):
            return _show("challenge", session["success_url"], thing=session, amount=session["amount_total"], card=token)
        if act == "refuse":
            return self._form(session, _REASONS["payment_intent_authentication_failure"]), 402
        return self._pay(session, token)

    def _pay(self, session: dict[str, Any], token: str) -> Any:
        def work(call: Call) -> Any:
            # A second click may come after the first has paid.
            fresh = call.get("checkout.session", session["id"])
            return checkout_sessions.pay(call, fresh, token) if fresh["status"] == "open" else fresh

        try:
            self._double.act(work)
        except Refusal as refusal:
            return self._form(session, _reason(refusal)), 402
        return redirect(session["success_url"], 303)

    def _begin_local(self, session: dict[str, Any], kind: str) -> Any:
        def work(call: Call) -> Any:
            fresh = call.get("checkout.session", session["id"])
            return checkout_sessions.pay_locally(call, fresh, kind) if fresh["status"] == "open" else None

        intent = self._double.act(work)
        if intent is None:
            return redirect(session["success_url"], 303)
        return redirect(_page_of(intent), 303)

    def _form(self, session: dict[str, Any], problem: Any = "") -> str:
        types = session["payment_method_types"]
        ways = {**(OFFERED if "card" in types else {}), **{kind: _NAMES[kind] for kind in types if kind in _NAMES}}
        intent = self._double.read("payment_intent", session["payment_intent"] or "")
        if not problem and intent and intent["last_payment_error"]:
            problem = _FAILED
        return _show("pay", session["success_url"], session=session, ways=ways, problem=problem)

    def local(self, intent_id: str, secret: str) -> Any:
        """Show the code to scan, or the site to log in to, of a local method, and take what is done there."""
        intent = self._intent(intent_id, secret)
        session = self._double.read("checkout.session", intent["_session"] or "")
        back = session["success_url"] if session else intent["_return_url"] or "/"
        if intent["status"] == "requires_action" and intent["_local"]:
            if request.method == "GET":
                kind = intent["_local"]
                code = Markup(_code(intent).svg_inline(scale=5)) if LOCAL[kind].shows_code else ""  # noqa: S704  drawn here
                return _show("local", back, thing=intent, name=_NAMES[kind], code=code)
            act = request.form.get("act", "")
            if act not in local_payments.OUTCOMES:
                abort(422)
            intent = self._double.settle_local(intent_id, act)
        if intent["status"] == "requires_payment_method" and session and session["status"] == "open":
            return redirect(session["url"], 303)
        return redirect(back, 303)

    def code(self, intent_id: str, secret: str, kind: str) -> Any:
        """Show the code alone, as a picture."""
        intent = self._intent(intent_id, secret)
        if kind not in ("png", "svg") or not intent["_local"]:
            abort(404)
        out = io.BytesIO()
        _code(intent).save(out, kind=kind, scale=5)
        return Response(out.getvalue(), mimetype="image/png" if kind == "png" else "image/svg+xml")

    def _intent(self, intent_id: str, secret: str) -> dict[str, Any]:
        """Return a PaymentIntent to whoever has its address."""
        intent = self._double.read("payment_intent", intent_id) or abort(404)
        if not secret or secret != intent["client_secret"][-_SECRET:]:
            abort(404)
        return intent

    def challenge(self, intent_id: str, secret: str) -> Any:
        """Show the bank's challenge of a PaymentIntent, and take the answer."""
        intent = self._intent(intent_id, secret)
        back = intent["_return_url"] or "/"
        if intent["status"] != "requires_action" or intent["_local"]:
            return redirect(back, 303)
        if request.method == "GET":
            return _show("challenge", back, thing=intent, amount=intent["amount"], card="")
        passed = request.form.get("act") == "confirm"

        def work(call: Call) -> Any:
            fresh = call.get("payment_intent", intent_id)
            is_waiting = fresh["status"] == "requires_action"
            return payment_intents.pass_challenge(call, fresh, passed=passed) if is_waiting else fresh

        try:
            self._double.act(work)
        except Refusal:
            # The city hears of it from the intent, as everybody does.
            return redirect(back, 303)
        return redirect(back, 303)

    def connect(self, account_id: str, secret: str) -> Any:
        """Show the page on which a merchant sets its account up, and take what is said there."""
        account = self._double.read("account", account_id) or abort(404)
        link = account.get("_link")
        if not link or link["secret"] != secret:
            abort(404)
        if link["expires_at"] <= clock.now().timestamp():
            return redirect(link["again"], 303)
        if request.method == "GET":
            return _show("connect", link["back"], account=account)
        if request.form.get("act") == "confirm":
            bank = "closed" if request.form.get("bank") == "closed" else "ok"
            self._double.act(lambda call: accounts.set_up(call, account_id, bank=bank))
        return redirect(link["back"], 303)


def _page_of(intent: dict[str, Any]) -> str:
    """Return where a local method is confirmed."""
    action = intent["next_action"][intent["next_action"]["type"]]
    return action.get("hosted_instructions_url") or action["url"]


def _code(intent: dict[str, Any]) -> segno.QRCode:
    return segno.make(f"double:{intent['id']}", micro=False)


def _show(page: str, leads_to: str | None, **facts: Any) -> str:
    # A form may only lead to us and back to the shop.
    parts = urlsplit(leads_to or "")
    request.environ["double.leads_to"] = f"{parts.scheme}://{parts.netloc}" if parts.netloc else ""
    return render_template(f"double/{page}.html", locale=str(get_locale()).replace("_", "-"), **facts)


def _reason(refusal: Refusal) -> Any:
    code = refusal.error.get("decline_code") or refusal.error.get("code", "")
    return _REASONS.get(code, _DECLINED)


def _spell(amount: int, currency: str) -> str:
    """Write an amount as the reader's language does: ``1,234.50 CNY``, ``2.500.000 VND``."""
    places = 0 if currency in currencies.ZERO_DECIMAL else 2
    pattern = "#,##0.00" if places else "#,##0"
    written = format_decimal(Decimal(amount).scaleb(-places), format=pattern, locale=get_locale())
    return f"{written}\u00a0{currency.upper()}"


def _locale() -> str:
    wanted = request.accept_languages.best_match(list(_LOCALES), default="en")
    return _LOCALES[wanted]


def _headers(response: Response) -> Response:
    leads_to = request.environ.get("double.leads_to", "")
    response.headers["Content-Security-Policy"] = (
        f"default-src 'none'; style-src 'self'; form-action 'self' {leads_to}; base-uri 'none'; frame-ancestors 'none'"
    )
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Referrer-Policy"] = "no-referrer"
    if response.mimetype == "text/html":
        response.headers["Cache-Control"] = "no-store"
    return response
