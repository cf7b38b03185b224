"""Offers made of the tables of goods: each variant of an article by one of its sellers."""

import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Context, Decimal
from typing import Final

from marketplace.catalog.rules.drafts import ListingDraft
from marketplace.catalog.rules.packing import Packing
from marketplace.catalog.rules.pricing import Ladder, make_ladder
from marketplace.seed.goods.article import Article
from marketplace.seed.goods.devices import DEVICES
from marketplace.seed.goods.harvest import HARVEST
from marketplace.seed.goods.larder import LARDER
from marketplace.seed.goods.motor import MOTOR
from marketplace.seed.goods.tariff import SUBHEADINGS
from marketplace.seed.goods.texts import describe
from marketplace.seed.goods.works import WORKS
from marketplace.seed.houses import House

ARTICLES: Final = MOTOR + DEVICES + WORKS + LARDER + HARVEST
# What a dollar is in each merchant's currency: rounded, for likely prices only; no rate that anybody is shown.
_PER_DOLLAR: Final = {
    "CNY": "7.1", "VND": "25800", "THB": "33", "MYR": "4.2", "SGD": "1.3", "IDR": "16400", "PHP": "58", "BND": "1.3",
    "MMK": "2100", "LAK": "21600", "KHR": "4020",
}  # fmt: skip
# Three figures, as price lists have them.
_FIGURES: Final = Context(prec=3)
# From so many times the least quantity on, so much of the price.
_TIERS: Final = ((5, Decimal("0.96")), (20, Decimal("0.92")), (60, Decimal("0.885")))
_DELIVERED: Final = Decimal("1.07")
_GRADED: Final = frozenset({"fruit", "nuts", "rice", "coffee", "rubber", "spices", "seafood", "pantry"})


@dataclass(frozen=True, slots=True)
class Offer:
    """One variant of an article as one house sells it; ``number`` is its place among the variants."""

    article: Article
    house: House
    variant: str
    factor: Decimal
    number: int
    series: str = ""

    @property
    def sku(self) -> str:
        """The house's article number."""
        return f"{self.house.key}-{self.article.slug}-{self.number}{self.series}".upper()


def offers(houses: Sequence[House], *, variants: int | None = None) -> Iterator[Offer]:
    """Yield every variant of every article by one of those of its sellers that are among the houses."""
    known = {house.key: house for house in houses}
    for article in ARTICLES:
        sellers = [known[key] for key in article.sellers.split() if key in known]
        if not sellers:
            continue
        for number, text in enumerate(article.variants.split("|")[:variants]):
            name, _, factor = text.partition("=")
            yield Offer(article, sellers[number % len(sellers)], name, Decimal(factor), number + 1)


def draft_of(offer: Offer) -> ListingDraft:
    """Return the listing that an offer becomes."""
    article, house = offer.article, offer.house
    packing = _packing(article.carton)
    titles = _titles(offer)
    moq = article.least * packing.carton_units
    price = Decimal(article.usd) * offer.factor * Decimal(_PER_DOLLAR[house.currency])
    return ListingDraft(
        sku=offer.sku,
        titles=titles,
        descriptions=_descriptions(offer, titles, packing),
        source_locale=house.locale,
        hs=article.hs,
        origin=house.country,
        unit=article.unit,
        moq=moq,
        multiple=packing.carton_units,
        ladders=_ladders(house, price, moq),
        stock=None if article.lead else moq * _many(offer.sku),
        lead_days=article.lead,
        packing=packing,
        commodity=article.slug,
        grade=offer.variant if article.category in _GRADED else "",
        hub_code=house.hub,
    )


def _titles(offer: Offer) -> dict[str, str]:
    article = offer.article
    names = {"zh": article.zh, "vi": article.vi, **article.own}
    wanted = ("en", "zh", offer.house.locale)
    detail = " ".join(part for part in (offer.variant, offer.series.removeprefix("-")) if part)
    return {locale: f"{names.get(locale, article.en)} {detail}" for locale in dict.fromkeys(wanted)}


def _descriptions(offer: Offer, titles: dict[str, str], packing: Packing) -> dict[str, str]:
    article, house = offer.article, offer.house
    texts = {
        locale: describe(locale, titles[locale], packing=packing, unit=article.unit, country=house.country)
        for locale in dict.fromkeys(("en", house.locale))
    }
    heading = f"HS {article.hs[:4]}.{article.hs[4:]}: {SUBHEADINGS[article.hs]}"
    texts["en"] = "\n\n".join(text for text in (texts["en"], article.note, heading) if text)
    return texts


def _packing(text: str) -> Packing:
    units, sides, weights = text.split()
    length, width, height = (_scaled(side, 10) for side in sides.split("x"))
    gross, net = (_scaled(weight, 1_000) for weight in weights.split("/"))
    return Packing(int(units), length, width, height, gross, net)


def _scaled(text: str, factor: int) -> int:
    return int(Decimal(text) * factor)


def _ladders(house: House, price: Decimal, moq: int) -> tuple[Ladder, ...]:
    found = [_ladder(house.currency, "FCA", house.hub, price, moq)]
    if house.dap:
        found.append(_ladder(house.currency, "DAP", house.dap, price * _DELIVERED, moq))
    return tuple(found)


def _ladder(currency: str, incoterm: str, place: str, price: Decimal, moq: int) -> Ladder:
    tiers = [(moq * times, _FIGURES.plus(price * share)) for times, share in _TIERS]
    return make_ladder(currency, incoterm, place, price=_FIGURES.plus(price), tiers=tiers, moq=moq)


def _many(sku: str) -> int:
    """Return how many least quantities lie in stock: chance that every run has alike."""
    return 15 + zlib.crc32(sku.encode()) % 120
