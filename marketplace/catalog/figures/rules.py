"""What counts as a look at goods, and what part of the looks led to an order."""

import re
from enum import StrEnum
from typing import Final

# What nobody sits before: crawlers, previews of links, programs, browsers that are driven. The first words are parts of
# words, the others are not: a "Cubot" is a telephone.
_ROBOTS: Final = re.compile(
    r"crawl|spider|slurp|headless|lighthouse|preview|scrape|monitor|python-|curl/|wget/|okhttp|libwww|java/|axios|"
    r"go-http|facebookexternalhit|(?:^|[^a-z])bot|(?<!cu)bot(?:$|[^a-z])",
    re.IGNORECASE,
)


class Kind(StrEnum):
    """What is counted of a listing by day."""

    VIEW = "view"
    CART = "cart"


def is_robot(user_agent: str) -> bool:
    """Tell whether what calls itself so is a program; who says nothing is one, too."""
    return not user_agent.strip() or _ROBOTS.search(user_agent) is not None


def is_view(*, user_agent: str, purpose: str, is_again: bool, is_own: bool, is_staff: bool) -> bool:
    """Tell whether a page that was shown counts as a view.

    It does not for robots, for a page that a browser fetched before anybody asked for it (``purpose``), for the same
    page asked for another quantity, for the merchant's own people and for the operator's.
    """
    return not (is_again or is_own or is_staff or "prefetch" in purpose.lower() or is_robot(user_agent))


def conversion(*, orders: int, views: int) -> int | None:
    """Return orders for each view in hundredths of a per cent, rounded half up; None while nobody looked.

    More than 10,000 where goods were ordered by who never opened their page: programs, lists, repeated orders.
    """
    return (orders * 20_000 + views) // (views * 2) if views else None
