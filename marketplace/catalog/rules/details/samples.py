"""Samples of goods: at a price of their own, by courier or by lorry, perhaps credited on the first bulk order."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from decimal import Decimal
from typing import Any, Final

from marketplace.catalog.rules.details.reading import Sheet, plain
from marketplace.kernel.errors import Refused
from marketplace.kernel.money import MINOR_UNITS, Money

_MOST_UNITS: Final = 1_000
_MOST_PRICE: Final = "100000000"
# Where a merchant names no numbers of its own.
_USUAL_MOST: Final = 5


@dataclass(frozen=True, slots=True)
class SampleOffer:
    """What a sample costs by the unit, how many there are, and how they travel; amounts in whole units, as text.

    ``most`` units in one order, ``per_buyer`` in all. ``customs_value`` of one unit is declared where it costs nothing.
    A courier costs ``courier_fee`` for all units and takes ``courier_days``; None: no courier. What the goods cost is
    credited within ``credit_days`` of their receipt on a bulk order of ``credit_least`` units; None: never.
    """

    price: str
    currency: str
    lead_days: int
    least: int = 1
    most: int = _USUAL_MOST
    per_buyer: int = _USUAL_MOST
    customs_value: str | None = None
    lorry: bool = True
    courier_fee: str | None = None
    courier_days: int | None = None
    credit_days: int | None = None
    credit_least: int | None = None

    @property
    def document(self) -> dict[str, Any]:
        """What is stored."""
        return asdict(self)

    @property
    def ways(self) -> tuple[str, ...]:
        """How a sample may travel."""
        return tuple(
            way for way, is_there in (("courier", self.courier_fee is not None), ("lorry", self.lorry)) if is_there
        )

    def goods(self, quantity: int) -> Money:
        """Return what so many units cost."""
        return Money.of(str(Decimal(self.price) * quantity), self.currency)

    def fee(self, way: str) -> Money:
        """Return what a courier costs; nothing by lorry, whose freight is a contract of its own."""
        return Money.of((self.courier_fee or "0") if way == "courier" else "0", self.currency)

    def customs(self, quantity: int) -> Money | None:
        """Return what so many units are worth to customs, None where nobody said so; never zero."""
        value = self.customs_value or self.price
        found = Money.of(str(Decimal(value) * quantity), self.currency)
        return found or None

    def check(self, quantity: int | None, *, way: str | None, had: int) -> None:
        """Refuse ``quantity`` beyond the merchant's numbers, ``had`` being the buyer's so far, and an unknown ``way``.

        What is None is not said yet. Refused ``sample`` where nobody declared what free goods are worth to customs.
        """
        if way is not None and way not in self.ways:
            raise Refused.field("way", "choice", ", ".join(self.ways))
        if quantity is None:
            return
        if had + self.least > self.per_buyer:
            raise Refused.field("quantity", "samples_used_up", f"{self.per_buyer}", had=had)
        most = min(self.most, self.per_buyer - had)
        if not self.least <= quantity <= most:
            raise Refused.field("quantity", "range", f"{self.least} to {most}")
        if self.customs(quantity) is None:
            raise Refused.field("sample", "customs_value_missing", "samples with a value for customs")


_NAMES: Final = frozenset(field.name for field in fields(SampleOffer))


def offer_of(document: Mapping[str, Any]) -> SampleOffer:
    """Return the offer that a document holds; one of before samples could be ordered says little more than a price."""
    return SampleOffer(**{name: value for name, value in document.items() if name in _NAMES})


def parse(given: Mapping[str, Any]) -> SampleOffer:
    """Read the offer of a sample; a free one costs 0 and names its value for customs. Refused naming what is wrong."""
    sheet = Sheet(given)
    currency = sheet.choice("currency", tuple(MINOR_UNITS), needed=True)
    places = MINOR_UNITS[currency] if currency else 2
    # The smallest coin: what is worth less is worth nothing to customs.
    coin = f"{Decimal(1).scaleb(-places):f}"

    def amount(name: str, *, least: str = "0", needed: bool = False) -> str | None:
        return plain(sheet.decimal(name, least=least, most=_MOST_PRICE, places=places, needed=needed))

    price = amount("price", needed=True)
    lead_days = sheet.whole("lead_days", least=0, most=365, needed=True)
    least = sheet.whole("least", least=1, most=_MOST_UNITS) or 1
    most = sheet.whole("most", least=1, most=_MOST_UNITS) or max(least, _USUAL_MOST)
    per_buyer = sheet.whole("per_buyer", least=1, most=_MOST_UNITS) or most
    customs_value = amount("customs_value", least=coin)
    fee, days = amount("courier_fee"), sheet.whole("courier_days", least=1, most=90)
    lorry = sheet.tick("lorry") or "lorry" not in given or given["lorry"] is None
    credit_days = sheet.whole("credit_days", least=1, most=730)
    credit_least = sheet.whole("credit_least", least=1, most=10**8)
    wrong = {error.field for error in sheet.errors}
    if price == "0" and customs_value is None and "customs_value" not in wrong:
        sheet.refuse("customs_value", "required", f"{coin} or more: goods without a price have a value for customs")
    if not least <= most <= per_buyer and not wrong & {"least", "most", "per_buyer"}:
        sheet.refuse("most" if most < least else "per_buyer", "too_small", f"{max(most, least)} or more")
    if (fee is None) is not (days is None) and not wrong & {"courier_fee", "courier_days"}:
        sheet.refuse("courier_fee" if fee is None else "courier_days", "required", "a courier's fee and days together")
    if fee is None and not lorry:
        sheet.refuse("lorry", "required", "a courier, the lorry or both")
    if credit_least is not None and credit_days is None and "credit_days" not in wrong:
        sheet.refuse("credit_days", "required", "days within which a sample is credited")
    sheet.done()
    return SampleOffer(
        price=price or "0",
        currency=currency or "",
        lead_days=lead_days or 0,
        least=least,
        most=most,
        per_buyer=per_buyer,
        customs_value=customs_value,
        lorry=lorry,
        courier_fee=fee,
        courier_days=days,
        credit_days=credit_days,
        credit_least=credit_least or (1 if credit_days else None),
    )


def price(document: Mapping[str, Any]) -> Money:
    """Return what a sample costs by the unit."""
    return Money.of(document["price"], document["currency"])
