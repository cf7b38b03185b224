"""How freight is made, as the API says it."""

from typing import Protocol

from marketplace.api.shared.answers import Amount, Answer
from marketplace.kernel.money import Money
from marketplace.logistics.pricing.rules.made import Made


class Quoted(Protocol):
    """A departure with the freight of a load on it."""

    @property
    def made(self) -> Made | None:
        """How its freight is made."""
        ...

    @property
    def binding(self) -> str:
        """What decides its chargeable weight."""
        ...


class Component(Answer):
    """A part of freight: ``base``, or what a surcharge is for."""

    kind: str
    amount: Amount


class WholeLorryPrice(Answer):
    """What a whole lorry costs, all in; from so many chargeable kg on it is cheaper, null where it never is."""

    price: Amount
    cheaper_from_kg: int | None


class Share(Answer):
    """What is left of the freight on the lorry as full as it is with these goods, and on a full one.

    The freight is paid in full; the difference to the share at its departure is credited then.
    """

    fill_percent: int
    today: Amount
    when_full: Amount


class FreightMade(Answer):
    """How freight is made; ``binding`` decides the chargeable weight: ``gross``, ``volume`` or ``loading_metres``."""

    components: list[Component]
    binding: str
    whole_lorry: WholeLorryPrice | None
    share: Share | None
    fictitious: bool

    @classmethod
    def of(cls, quoted: Quoted) -> "FreightMade | None":
        """Write it; None where the line has no tariff."""
        made = quoted.made
        if made is None:
            return None
        share = made.shares
        return cls(
            components=[Component(kind=one.kind, amount=Amount.of(one.amount)) for one in made.components],
            binding=str(quoted.binding),
            whole_lorry=_whole(made.whole, made.whole_from_g),
            share=share
            and Share(fill_percent=share.percent, today=Amount.of(share.today), when_full=Amount.of(share.full)),
            fictitious=made.is_fictitious,
        )


def _whole(price: Money | None, from_g: int | None) -> WholeLorryPrice | None:
    if price is None:
        return None
    return WholeLorryPrice(price=Amount.of(price), cheaper_from_kg=None if from_g is None else from_g // 1_000)
