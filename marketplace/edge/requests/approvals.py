"""What people send about approval inside their company: rules, limits, delegations, decisions."""

from decimal import Decimal
from typing import Annotated, Any, Literal
from uuid import UUID

from flask_babel import lazy_gettext as _
from pydantic import BeforeValidator, Field

from marketplace.approvals.rules import policy
from marketplace.approvals.rules.cases import LONGEST_NOTE, Verdict
from marketplace.approvals.rules.limits import HolderKind, Period
from marketplace.approvals.rules.policy import MOST_NAMED, Condition
from marketplace.edge import messages
from marketplace.edge.parsing import Currency, Exact, Line, Request, Text, Whole, blank_is_none
from marketplace.edge.requests.documents import Hash
from marketplace.edge.requests.payments import Cursor, Day, money
from marketplace.kernel.errors import FieldError, Refused
from marketplace.kernel.money import PRICE_PLACES, Money, UnitPrice

_MOST: Any = Field(default_factory=list, max_length=50)
Note = Annotated[Annotated[Text, Field(max_length=LONGEST_NOTE)] | None, BeforeValidator(blank_is_none)]


class Step(Request):
    """Who may approve, by role or by name, and how many of them must."""

    roles: list[Line] = Field(default_factory=list, max_length=MOST_NAMED)
    people: list[UUID] = Field(default_factory=list, max_length=MOST_NAMED)
    count: Whole = 1

    def step(self) -> policy.Step:
        """Return it as a value."""
        return policy.Step(roles=frozenset(self.roles), people=frozenset(self.people), count=self.count)


class Tier(Request):
    """From an amount on, in the rule's currency, these steps follow each other; without steps nobody is asked."""

    from_amount: Exact = Field(alias="from")
    steps: list[Step] = Field(default_factory=list, max_length=policy.MOST_STEPS)


class Rule(Request):
    """When a rule applies, and who approves from which amount on; a list that is empty asks for nothing.

    The first rule that applies counts. ``departs_within``: the first departure is at most so many days away.
    """

    name: Annotated[Line, Field(max_length=100)]
    currency: Currency
    categories: list[Line] = _MOST
    merchants: list[UUID] = _MOST
    destinations: list[Line] = _MOST
    units: list[UUID] = _MOST
    roles: list[Line] = _MOST
    people: list[UUID] = _MOST
    departs_within: Annotated[Whole | None, BeforeValidator(blank_is_none)] = None
    tiers: list[Tier] = Field(max_length=policy.MOST_TIERS)

    def condition(self) -> Condition:
        """Return when it applies."""
        return Condition(
            categories=frozenset(self.categories),
            merchants=frozenset(self.merchants),
            destinations=frozenset(self.destinations),
            units=frozenset(self.units),
            roles=frozenset(self.roles),
            people=frozenset(self.people),
            departs_within=self.departs_within,
        )

    def values(self) -> tuple[policy.Tier, ...]:
        """Return its tiers; Refused ``tiers.N.from`` for what is finer than the currency's smallest coin."""
        found: list[policy.Tier] = []
        for number, tier in enumerate(self.tiers):
            minor = _minor(tier.from_amount, self.currency, f"tiers.{number}.from")
            found.append(policy.Tier(from_minor=minor, steps=tuple(step.step() for step in tier.steps)))
        return tuple(found)


class Position(Request):
    """A place in the order of the rules, counted from 1."""

    position: Whole


class Limit(Request):
    """What a person, each holder of a role, or a unit may spend in a period; ``holder``: an id, or the role."""

    kind: Literal["person", "role", "unit"]
    holder: Line
    period: Literal["day", "week", "month", "quarter"]
    amount: Exact
    currency: Currency
    steps: list[Step] = Field(max_length=policy.MOST_STEPS)

    @property
    def whose(self) -> tuple[HolderKind, str, Period]:
        """Whose it is, and of which period."""
        return HolderKind(self.kind), self.holder, Period(self.period)

    def money(self) -> Money:
        """Return the amount; Refused for what is finer than the currency's smallest coin."""
        return money(self.amount, self.currency)

    def values(self) -> tuple[policy.Step, ...]:
        """Return its steps."""
        return tuple(step.step() for step in self.steps)


class Delegation(Request):
    """Who decides in whose place, oneself where nobody is named, from a day to a day, both included."""

    person_id: Annotated[UUID | None, BeforeValidator(blank_is_none)] = None
    delegate_id: UUID
    first_day: Day
    last_day: Day


class Decision(Request):
    """Yes or no to exactly what was looked at, by its hash; a note for whoever asked."""

    verdict: Literal["approve", "reject"]
    content_hash: Hash
    note: Note = None

    @property
    def said(self) -> Verdict:
        """Return the verdict."""
        return Verdict(self.verdict)


class RangeTerms(Request):
    """A range: so many at most, landed at so much each at most, leaving by a day; without ``to`` to anywhere."""

    most_quantity: Whole
    most_price: Exact
    currency: Currency
    until: Day
    to: Annotated[Line | None, BeforeValidator(blank_is_none)] = None

    def price(self) -> UnitPrice:
        """Return the price for one; Refused for what is finer than a unit price."""
        try:
            return UnitPrice.of(self.most_price, self.currency)
        except ValueError:
            raise Refused.field("most_price", "too_fine", f"at most {PRICE_PLACES} decimals") from None


class Range(RangeTerms):
    """Anything of these goods inside a range."""

    listing_id: UUID


class Desk(Request):
    """Which cases: those to decide, one's own, or all of the company; and where the list goes on."""

    show: Literal["decide", "mine", "all"] = "decide"
    cursor: Cursor = None


def _minor(amount: Decimal, currency: str, field: str) -> int:
    try:
        return Money.of(amount, currency).minor
    except ValueError:
        raise Refused.fields(FieldError(field, "too_fine", f"the decimals of {currency}")) from None


messages.register(
    errors={
        "approval_needed": _("Your company wants this approved first. Nothing is done yet: the request waits."),
        "approved_departure_gone": _(
            "The departure that was approved takes this no more, so the approval is void and nothing was ordered. Next "
            "with room: %(next_reference)s. Choose it and ask again."
        ),
        "approvers_missing": _(
            "Your company wants approval by %(needed)s, and beside you there are %(found)s who may give it. Invite an "
            "approver, or have the rule changed."
        ),
        "approval_own": _("Nobody approves their own request."),
        "approval_not_yours": _("This step is for others to decide."),
        "approval_decided": _("Somebody else was first. It now is: %(state)s."),
        "approval_changed": _("This is another content than the one you looked at. Look again."),
        "approval_late": _("The time for this is over."),
        "approval_in_use": _("A checkout uses this approval. It cannot be taken back."),
        "approval_used": _("This approval has been used, or is no longer good."),
        "outside_range": _("This lies outside of what was approved: %(outside)s."),
        "rules_full": _("A company has at most %(most)s rules. Take one out first."),
        "limits_full": _("A company has at most %(most)s limits. Lift one first."),
    },
    fields={
        "tiers_rise": _("Each tier begins higher than the one before: %(accepted)s."),
        "nobody_named": _("Say who approves: %(accepted)s."),
        "approver": _("Choose among %(accepted)s."),
        "approver_other": _("Choose %(accepted)s."),
        "member": _("Choose among %(accepted)s."),
        "unit": _("Choose among %(accepted)s."),
        "delegated_already": _("Somebody stands in on some of these days already. Choose %(accepted)s."),
    },
)
