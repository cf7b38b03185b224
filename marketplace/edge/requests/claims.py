"""What people send to accept goods and about claims."""

from typing import Annotated, Literal
from uuid import UUID

from flask_babel import lazy_gettext as _
from pydantic import BeforeValidator, Field, model_validator

from marketplace.edge import messages
from marketplace.edge.parsing import Exact, Request, Text, Whole, blank_is_none
from marketplace.edge.requests.payments import Cursor, OptionalCurrency, amount_apart

Prose = Annotated[Annotated[Text, Field(max_length=4_000)] | None, BeforeValidator(blank_is_none)]


class Acceptance(Request):
    """How many delivered units are accepted; without a number all of them.

    ``damaged`` and ``lost`` name units that are kept as they came, or written off, without a claim about them.
    """

    quantity: Annotated[Whole | None, BeforeValidator(blank_is_none)] = None
    damaged: Annotated[Whole | None, BeforeValidator(blank_is_none)] = None
    lost: Annotated[Whole | None, BeforeValidator(blank_is_none)] = None


class Claim(Request):
    """What is wrong with how many units of a line; ``evidence`` names files handed in with that purpose."""

    reason: Literal["short", "damaged", "wrong", "late", "defective", "lost"]
    quantity: Whole
    text: Annotated[Text, Field(max_length=4_000)]
    evidence: list[UUID] = Field(default_factory=list[UUID], max_length=20)


class ClaimAmount(Request):
    """An amount offered or decided, in the claim's currency, with a word about it; 0 refuses the claim."""

    amount: Exact
    currency: OptionalCurrency = None
    text: Prose = None

    _amount_apart = model_validator(mode="before")(amount_apart)


class Evidence(Request):
    """Files handed in with the purpose evidence that shall stand beside a claim, with a word about them."""

    evidence: list[UUID] = Field(min_length=1, max_length=20)
    text: Prose = None


class EvidenceForm(Request):
    """What a page says beside the files that it sends."""

    text: Prose = None


class Settlement(Request):
    """The offer that is taken; named, another one is not taken by mistake."""

    amount: Annotated[Exact | None, BeforeValidator(blank_is_none)] = None
    currency: OptionalCurrency = None

    _amount_apart = model_validator(mode="before")(amount_apart)


class ClaimsQuery(Request):
    """Which claims."""

    state: Annotated[
        Literal["negotiating", "escalated", "decided", "settled", "withdrawn"] | None, BeforeValidator(blank_is_none)
    ] = None
    cursor: Cursor = None


messages.register(
    errors={
        "only_the_buyer": _("Only the buyer of this order can do this."),
        "quantity_in_state": _("Fewer units than that can be accepted or claimed here (%(there)s)."),
        "no_carrier": _("Nobody carries this order under a freight contract of yours."),
        "nothing_left": _("Nothing of this line's price is left to claim."),
        "respondent_only": _("Only the one who answers this claim can do this."),
        "claimant_only": _("Only the one who made this claim can do this."),
        "bundle_large": _("Everything about this claim is too large for one file: %(accepted)s."),
        "no_offer": _("Nothing is offered yet."),
        "offer_changed": _("Another amount is offered now: %(offer)s."),
        "own_claim": _("Your own company is a party to this claim; somebody else decides it."),
    },
)
