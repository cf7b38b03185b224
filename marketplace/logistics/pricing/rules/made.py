"""How freight is made: its components, the whole lorry beside it, and what its share is as the lorry fills."""

from dataclasses import dataclass

from marketplace.kernel.money import Money
from marketplace.kernel.quantity import Load
from marketplace.logistics.pricing.rules import shares
from marketplace.logistics.pricing.rules.making import Component
from marketplace.logistics.pricing.rules.terms import Terms


@dataclass(frozen=True, slots=True)
class Shares:
    """What is left of a freight on a lorry as full as it is with these goods, and on a full one."""

    percent: int
    today: Money
    full: Money


@dataclass(frozen=True, slots=True)
class Made:
    """How a freight is made; ``whole_from_g`` is the chargeable weight from which a ``whole`` lorry is cheaper."""

    components: tuple[Component, ...]
    whole: Money | None
    whole_from_g: int | None
    shares: Shares | None
    is_fictitious: bool


def made(
    components: tuple[Component, ...],
    terms: Terms,
    *,
    whole_from_g: int | None,
    taken: Load,
    capacity: Load,
    filled_percent: int = 0,
) -> Made:
    """Explain a freight of these components; ``taken`` is what the lorry carries with these goods.

    ``filled_percent`` is how full the departure was when it drove with another lorry: shares count as full at least.
    """
    freight = sum((one.amount for one in components[1:]), components[0].amount)
    found = None
    if terms.fill:
        percent = max(filled_percent, shares.fill_percent(taken, capacity))
        found = Shares(
            percent=percent,
            today=shares.share_of(freight, shares.factor_at(percent, terms.fill)),
            full=shares.share_of(freight, shares.factor_at(100, terms.fill)),
        )
    return Made(
        components=components,
        whole=terms.whole.price if terms.whole else None,
        whole_from_g=whole_from_g,
        shares=found,
        is_fictitious=terms.is_fictitious,
    )
