"""One line of the tables of goods."""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True, kw_only=True)
class Article:
    """Goods that several merchants sell in several variants.

    ``usd`` is a made-up but likely price of a unit at the merchant's hub; ``carton`` is units, outer size in
    cm, gross and net kg: ``"40 40x30x22 44/42.8"``. ``variants`` are ``name=factor of the price`` parted by ``|``,
    named so that every language reads them. ``sellers`` are keys of houses; variants go round among them. ``own``
    holds the name in the sellers' languages beside English, Chinese and Vietnamese; ``note`` says what buyers ask.
    Goods lie in stock, or are made in ``lead`` days.
    """

    slug: str
    en: str
    zh: str
    vi: str
    category: str
    hs: str
    unit: str
    usd: str
    carton: str
    sellers: str
    variants: str
    least: int = 5
    lead: int | None = None
    note: str = ""
    own: Mapping[str, str] = field(default_factory=dict[str, str])
