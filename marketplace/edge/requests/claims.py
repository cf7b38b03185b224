"""What people send to accept goods and about claims."""

from typing import Annotated, Literal
from uuid import UUID

from flask_babel import lazy_gettext as _
from pydantic import BeforeValidator, Field, model_validator

from marketplace.edge import messages
from marketplace.edge.parsing import Exact, Request, Text, Tick, Whole, blank_is_none
from marketplace.edge.requests.arrivals import Arrival
from marketplace.edge.requests.payments import Cursor, OptionalCurrency, amount_apart
from marketplace.orders.rules.claims import ClaimState

Prose = Annotated[Annotated[Text, Field(max_length=4_000)] | None, BeforeValidator(blank_is_none)]


class Acceptance(Arrival):
    """How many delivered units are accepted, and how they came; without a number all of them.

    ``damaged`` and ``lost`` name units that are kept as they came, or written off, without a claim about them.
    """

    quantity: Annotated[Whole | None, BeforeValidator(blank_is_none)] = None
    damaged: Annotated[Whole | None, BeforeValidator(blank_is_none)] = None
    lost: Annotated[Whole | None, BeforeValidator(blank_is_none)] = None


class Claim(Request):
    """What is wrong with how many units of a line; ``evidence`` names files handed in with that purpose."""

    reason: Literal["short", "damaged", "wrong", "late", "defective", "lost", "warranty"]
    quantity: Whole
    text: Annotated[Text, Field(max_length=4_000)]
    evidence: list[UUID] = Field(default_factory=list[UUID], max_length=20)
    odometer_km: Annotated[Annotated[Whole, Field(ge=0, le=100_000_000)] | None, BeforeValidator(blank_is_none)] = None
    with_arrival: Tick = False


Kind = Annotated[
    Literal["price", "refund", "disposal", "repair", "replacement", "return"] | None, BeforeValidator(blank_is_none)
]


class _Award(Request):
    remedy: Kind = None
    amount: Annotated[Exact | None, BeforeValidator(blank_is_none)] = None
    currency: OptionalCurrency = None

    _amount_apart = model_validator(mode="before")(amount_apart)


class ClaimAmount(_Award):
    """A remedy and its amount offered, in the claim's currency, with a word about it; 0 refuses the claim.

    Without a remedy it is money: off the price, or from a carrier. A replacement needs no amount.
    """

    text: Prose = None


class ClaimDecision(_Award):
    """The same as the operator decides it, and why: both sides read it."""

    text: Annotated[Text, Field(max_length=4_000)]


class Evidence(Request):
    """Files handed in with the purpose evidence that shall stand beside a claim, with a word about them."""

    evidence: list[UUID] = Field(min_length=1, max_length=20)
    text: Prose = None


class EvidenceForm(Request):
    """What a page says beside the files that it sends."""

    text: Prose = None


class Word(Request):
    """A word with an act: how something was sent, or what is wrong with what came."""

    text: Annotated[Text, Field(max_length=4_000)]


class Settlement(Request):
    """The offer that is taken; named, another one is not taken by mistake."""

    remedy: Kind = None
    amount: Annotated[Exact | None, BeforeValidator(blank_is_none)] = None
    currency: OptionalCurrency = None

    _amount_apart = model_validator(mode="before")(amount_apart)


class ClaimsQuery(Request):
    """Which claims."""

    state: Annotated[ClaimState | None, BeforeValidator(blank_is_none)] = None
    cursor: Cursor = None


messages.register(
    errors={
        "only_the_buyer": _("Only the buyer of this order can do this."),
        "quantity_in_state": _("Fewer units than that can be accepted or claimed here (%(there)s)."),
        "no_carrier": _("Nobody carries this order under a freight contract of yours."),
        "in_time": _("These goods came in time: they were promised for %(promised_at)s."),
        "no_warranty": _("No warranty was promised for these goods, or none of them is accepted yet."),
        "warranty_over": _("The warranty is over (%(ended)s)."),
        "replacement_by_lorry": _(
            "The replacement has room on a lorry: pack it and bring it to the hub. It counts as sent once it is there."
        ),
        "replacement_under_way": _(
            "The replacement comes by lorry. Claim about it once it is there; what is missing of it is paid for."
        ),
        "sender_only": _("Only the one who sends this can do this."),
        "receiver_only": _("Only the one who is sent this can do this."),
        "nothing_left": _("Nothing of this line's price is left to claim."),
        "respondent_only": _("Only the one who answers this claim can do this."),
        "claimant_only": _("Only the one who made this claim can do this."),
        "bundle_large": _("Everything about this claim is too large for one file: %(accepted)s."),
        "no_return": _("Nothing of this claim is to go back now."),
        "domestic_return": _("These goods cross no border on their way back: send them by hand, and say so."),
        "no_way_back": _("No lorry brought these goods: send them back by hand, and say so."),
        "return_too_late": _("This lorry takes cargo until after the time to send (%(until)s)."),
        "on_its_way": _("A lorry has these goods; wait until it has arrived."),
        "no_offer": _("Nothing is offered yet."),
        "offer_changed": _("Another amount is offered now: %(offer)s."),
        "own_claim": _("Your own company is a party to this claim; somebody else decides it."),
    },
)
