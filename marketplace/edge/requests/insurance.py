"""What people send about cargo insurance: covers, taking it, claims against insurers."""

from decimal import Decimal
from typing import Annotated, Final
from uuid import UUID

from flask_babel import lazy_gettext as _
from pydantic import BeforeValidator, Field

from marketplace.edge import messages
from marketplace.edge.parsing import Currency, Exact, Line, Request, Text, Tick, blank_is_none
from marketplace.edge.requests.payments import Day, OptionalDay
from marketplace.logistics.insurance.rules.claiming import Evidence
from marketplace.logistics.insurance.rules.covering import Clauses, CoverKind

Amount = Annotated[Exact, Field(gt=0, le=10**12)]
_OptionalAmount = Annotated[Amount | None, BeforeValidator(blank_is_none)]
_Said = Annotated[Annotated[Text, Field(max_length=2_000)] | None, BeforeValidator(blank_is_none)]
_PPM: Final = 1_000
EVIDENCE: Final = {
    Evidence.INVOICE: _("Commercial invoice"),
    Evidence.WAYBILL: _("House waybill"),
    Evidence.SURVEY_REPORT: _("Survey report"),
    Evidence.PROTEST: _("Protest to the carrier"),
    Evidence.PHOTO: _("Photo"),
}


class Taking(Request):
    """A cover, and what the goods are insured for: 110 per cent of goods and freight where it is left out."""

    cover: UUID
    declared_value: _OptionalAmount = None


class NewClaim(Request):
    """A claim against the insurer about a line; ``claim`` is that against the carrier, if there is one."""

    line_id: UUID
    amount: Amount
    said: Annotated[Text, Field(max_length=2_000)]
    claim: Annotated[UUID | None, BeforeValidator(blank_is_none)] = None


class Showing(Request):
    """A document of a claim: a file that was handed in as evidence."""

    evidence: Evidence
    file_id: UUID


class FormShowing(Request):
    """The same from a page, whose file comes with the form."""

    evidence: Evidence


class Surveying(Request):
    """What a surveyor found."""

    surveyed_on: Day
    surveyor: Annotated[Line, Field(max_length=200)]
    findings: Annotated[Text, Field(max_length=4_000)]


class Deciding(Request):
    """The amount at which a claim is accepted; refused where it is left out, with the reason."""

    accepted: _OptionalAmount = None
    said: _Said = None


class Paying(Request):
    """The insurer's payment of what it accepted."""

    reference: Annotated[Line, Field(max_length=80)]
    paid_on: Day


class NewCover(Request):
    """A policy: its rate per mille of the insured value, least premium, most on one conveyance, what it excludes."""

    insurer: UUID
    kind: CoverKind = CoverKind.OPEN
    policy_number: Annotated[Line, Field(max_length=40)]
    clauses: Clauses
    rate_permille: Annotated[Exact, Field(gt=0, le=100, decimal_places=3)]
    currency: Currency
    minimum: Annotated[Exact, Field(ge=0, le=10**9)]
    limit: Amount
    valid_from: Day
    valid_to: OptionalDay = None
    excluded: list[Annotated[Annotated[Line, Field(max_length=10)] | None, BeforeValidator(blank_is_none)]] = Field(
        default_factory=list, max_length=100
    )
    takes_dangerous: Tick = False
    fictitious: Tick = False


def ppm(permille: Decimal) -> int:
    """Return a rate per mille in millionths."""
    return int(permille * _PPM)


messages.register(
    codes={"evidence": {str(one): word for one, word in EVIDENCE.items()}},
    errors={
        "insurance_needed": _(
            "Under %(basis)s the seller insures the goods for the buyer: ICC (A), 110 per cent. Take the insurance on"
            " the order's page first, then hand the goods over."
        ),
        "insured_already": _("These goods are insured."),
        "insured_by_seller": _("Under %(basis)s the seller insures the goods for you."),
        "insured_by_buyer": _("Under %(basis)s it is the buyer's affair to insure the goods."),
        "cover_used": _("The single certificate %(policy)s is used."),
        "conveyance_limit": _("The insurer takes no more than %(left)s on departure %(departure)s."),
        "risk_begun": _("The hub has goods of this order: it is too late to insure them."),
        "addition_uninsured": _(
            "The policy %(policy)s, under which this order is insured, does not take what is added."
        ),
        "order_over": _("Nothing of this order is left to be insured."),
        "not_at_risk": _("The risk has not begun: the goods are not at the hub yet."),
        "claimed_already": _("A claim about these goods is open."),
        "insured_used_up": _("All that these goods are insured for was accepted in claims before."),
        "claim_documents": _("Documents are missing: %(evidence)s."),
        "only_the_insurer": _("Only the insurer does this."),
        "second_person": _("Another person of the insurer has to confirm this payment."),
        "payment_differs": _("The first person wrote another reference or day. Look at the payment again."),
    },
    fields={"cover": _("This cover does not take these goods. Choose %(accepted)s.")},
)
