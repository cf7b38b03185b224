"""Pages of cargo insurance: of an order, of an insurer, of a claim, and the operator's covers."""

from collections.abc import Callable
from typing import Any, Final
from uuid import UUID

from flask import Blueprint, flash, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext

from marketplace.accounts.rules.permissions import Permission
from marketplace.edge.acts import insurance as acts
from marketplace.edge.identity import require_actor
from marketplace.edge.parsing import parse, parse_form
from marketplace.edge.permissions import requires
from marketplace.edge.requests import insurance as requests
from marketplace.edge.requests.payments import CursorQuery
from marketplace.kernel.errors import Conflict, NotFound, Refused, TooLarge
from marketplace.kernel.money import MINOR_UNITS
from marketplace.logistics.insurance.rules.claiming import InsuranceClaimState
from marketplace.logistics.insurance.rules.covering import Clauses, CoverKind, InsuranceState
from marketplace.web.shared import acts as forms
from marketplace.web.shared import goods
from marketplace.web.shared import insurance as words

pages = Blueprint("insurance", __name__)
_TAKE = Permission.TRADE_INSURANCE_TAKE
_ANSWER = Permission.PARTNER_INSURANCE_ANSWER
STATES: Final = {
    InsuranceState.TAKEN: lazy_gettext("Taken, the risk has not begun"),
    InsuranceState.AT_RISK: lazy_gettext("In force"),
    InsuranceState.ENDED: lazy_gettext("The goods have arrived"),
    InsuranceState.VOID: lazy_gettext("Void"),
}
CLAIM_STATES: Final = {
    InsuranceClaimState.OPENED: lazy_gettext("Opened"),
    InsuranceClaimState.SURVEYED: lazy_gettext("Surveyed"),
    InsuranceClaimState.ACCEPTED: lazy_gettext("Accepted"),
    InsuranceClaimState.REFUSED: lazy_gettext("Refused"),
    InsuranceClaimState.SETTLED: lazy_gettext("Settled"),
}
_KINDS: Final = {CoverKind.OPEN: lazy_gettext("Open cover"), CoverKind.SINGLE: lazy_gettext("Single certificate")}
_BLANK: Final[dict[str, Any]] = {"values": {}, "errors": {}, "refusal": None}


@pages.get("/orders/<uuid:order_id>/insurance")
@requires(Permission.TRADE_ORDER_READ, twin="GET /api/v1/orders/{id}/insurance")
def of_order(order_id: UUID) -> str:
    """Show the insurance of an order, or what is offered."""
    return _of_order(order_id)


def _of_order(order_id: UUID, **shown: Any) -> str:
    seen = acts.look(order_id)
    return render_template(
        "insurance/order.html",
        seen=seen,
        goods=goods,
        offers=[(str(one.cover.id), words.offer(one)) for one in seen.offers],
        states=STATES,
        claim_states=CLAIM_STATES,
        lines=[(str(line.id), goods.text(line.titles, line.source_locale)) for line in seen.lines],
        **{**_BLANK, **shown},
    )


@pages.post("/orders/<uuid:order_id>/insurance")
@requires(_TAKE, twin="POST /api/v1/orders/{id}/insurance")
def take(order_id: UUID) -> Any:
    """Insure the goods of an order."""

    def work(session: Any) -> str:
        acts.take(session, order_id, parse_form(requests.Taking, request.form))
        return url_for("insurance.of_order", order_id=order_id)

    return _done(work, lambda **shown: _of_order(order_id, **shown), _("The goods are insured."))


@pages.post("/orders/<uuid:order_id>/insurance/void")
@requires(_TAKE, twin="POST /api/v1/insurances/{id}/void")
def void(order_id: UUID) -> Any:
    """Void the insurance of an order before its risk begins."""
    row = acts.look(order_id).insurance
    if row is None:
        raise NotFound("insurance")

    def work(session: Any) -> str:
        acts.void(session, row.id)
        return url_for("insurance.of_order", order_id=order_id)

    return _done(work, lambda **shown: _of_order(order_id, **shown), _("Void: no premium is owed."))


@pages.post("/orders/<uuid:order_id>/insurance/claims")
@requires(_TAKE, twin="POST /api/v1/insurances/{id}/claims")
def open_claim(order_id: UUID) -> Any:
    """Open a claim against the insurer."""
    row = acts.look(order_id).insurance
    if row is None:
        raise NotFound("insurance")

    def work(session: Any) -> str:
        claim_id = acts.open_claim(session, row.id, parse_form(requests.NewClaim, request.form))
        return url_for("insurance.claim", insurance_claim_id=claim_id)

    return _done(work, lambda **shown: _of_order(order_id, **shown), _("The claim is with the insurer."))


@pages.get("/insurances")
@requires(_TAKE, twin="GET /api/v1/insurances")
def many() -> str:
    """List the insurances and claims of the reader's company."""
    return _many("insurance.many")


@pages.get("/partner/insurances")
@requires(_ANSWER, twin="GET /api/v1/partner/insurances")
def insured() -> str:
    """List what the reader's company insures, and the claims against it."""
    return _many("insurance.insured")


@pages.get("/operator/insurances")
@requires(Permission.LOGISTICS_DEPARTURE_OPERATE, twin="GET /api/v1/operator/insurances")
def every() -> str:
    """List every insurance and claim."""
    return _many("insurance.every")


def _many(endpoint: str) -> str:
    page = acts.insurances(parse(CursorQuery, request.args.to_dict()).cursor)
    return render_template(
        "insurance/many.html",
        page=page,
        claims=acts.insurance_claims(None),
        names=acts.names([row.insured_id for row in page.items]),
        states=STATES,
        claim_states=CLAIM_STATES,
        next=url_for(endpoint, cursor=page.next) if page.next else None,
        trades=endpoint == "insurance.many",
    )


@pages.get("/insurance-claims/<uuid:insurance_claim_id>")
@requires(Permission.TRADE_DOCUMENT_READ, twin="GET /api/v1/insurance-claims/{id}")
def claim(insurance_claim_id: UUID) -> str:
    """Show a claim to claimant, insurer or operator."""
    return _claim(insurance_claim_id)


def _claim(insurance_claim_id: UUID, **shown: Any) -> str:
    seen = acts.claim(insurance_claim_id)
    return render_template(
        "insurance/claim.html",
        seen=seen,
        states=CLAIM_STATES,
        evidence=requests.EVIDENCE,
        kinds=[(str(code), word) for code, word in requests.EVIDENCE.items()],
        own=require_actor().company,
        person=require_actor().person_id,
        **{**_BLANK, **shown},
    )


@pages.get("/insurance-claims/<uuid:insurance_claim_id>/files/<uuid:claim_file_id>")
@requires(Permission.TRADE_DOCUMENT_READ, twin="GET /api/v1/insurance-claims/{id}/files/{id}")
def claim_file(insurance_claim_id: UUID, claim_file_id: UUID) -> Any:
    """Give a file of a claim."""
    return acts.claim_file(insurance_claim_id, claim_file_id)


@pages.post("/insurance-claims/<uuid:insurance_claim_id>/files")
@requires(Permission.FILES_FILE_UPLOAD, twin="POST /api/v1/insurance-claims/{id}/files")
def show(insurance_claim_id: UUID) -> Any:
    """Put a document to a claim."""

    def work(key: str) -> str:  # noqa: ARG001  kept by the caller
        acts.show_by_form(insurance_claim_id, parse_form(requests.FormShowing, request.form))
        return url_for("insurance.claim", insurance_claim_id=insurance_claim_id)

    return _of_claim(insurance_claim_id, work, _("The document is with the claim."), flow=True)


@pages.post("/insurance-claims/<uuid:insurance_claim_id>/survey")
@requires(_ANSWER, twin="POST /api/v1/insurance-claims/{id}/survey")
def survey(insurance_claim_id: UUID) -> Any:
    """Write down what a surveyor found."""
    return _act(insurance_claim_id, requests.Surveying, acts.survey, _("The survey is written down."))


@pages.post("/insurance-claims/<uuid:insurance_claim_id>/decision")
@requires(_ANSWER, twin="POST /api/v1/insurance-claims/{id}/decision")
def decide(insurance_claim_id: UUID) -> Any:
    """Accept or refuse a claim."""
    return _act(insurance_claim_id, requests.Deciding, acts.decide, _("The claim is decided."))


@pages.post("/insurance-claims/<uuid:insurance_claim_id>/payment")
@requires(_ANSWER, twin="POST /api/v1/insurance-claims/{id}/payment")
def pay(insurance_claim_id: UUID) -> Any:
    """Record the insurer's payment."""
    return _act(insurance_claim_id, requests.Paying, acts.pay, _("The payment is written down."))


def _act(insurance_claim_id: UUID, model: Any, act: Callable[..., Any], said: str) -> Any:
    def work(session: Any) -> str:
        act(session, insurance_claim_id, parse_form(model, request.form))
        return url_for("insurance.claim", insurance_claim_id=insurance_claim_id)

    return _of_claim(insurance_claim_id, work, said)


def _of_claim(insurance_claim_id: UUID, work: Callable[..., str], said: str, *, flow: bool = False) -> Any:
    return _done(work, lambda **shown: _claim(insurance_claim_id, **shown), said, flow=flow)


@pages.get("/operator/insurance-covers")
@requires(Permission.OPERATOR_SETTINGS_EDIT, twin="GET /api/v1/insurance-covers")
def covers() -> str:
    """Show what insurers offer."""
    return _covers()


def _covers(**shown: Any) -> str:
    return render_template(
        "insurance/covers.html",
        rows=acts.offered(),
        insurers=[(str(key), name) for key, name in acts.insurers()],
        kinds=[(str(code), word) for code, word in _KINDS.items()],
        kind_words=_KINDS,
        clauses=[(str(code), f"ICC ({code})") for code in Clauses],
        currencies=[(code, code) for code in sorted(MINOR_UNITS)],
        **{**_BLANK, **shown},
    )


@pages.post("/operator/insurance-covers")
@requires(Permission.OPERATOR_SETTINGS_EDIT, twin="POST /api/v1/insurance-covers")
def write_cover() -> Any:
    """Write down what an insurer offers."""

    def work(session: Any) -> str:
        form = request.form.copy()
        form.setlist("excluded", [code for text in request.form.getlist("excluded") for code in text.split()])
        acts.write_cover(session, parse_form(requests.NewCover, form))
        return url_for("insurance.covers")

    return _done(work, _covers, _("The policy is written down."))


def _done(work: Callable[..., str], show: Callable[..., Any], said: str, *, flow: bool = False) -> Any:
    try:
        answer = forms.once(work, flow=flow)
    except (Refused, Conflict, TooLarge) as refusal:
        return forms.reshown(refusal, show)
    flash(said, "good")
    return answer
