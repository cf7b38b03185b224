"""The languages that pages are written in; an address names its own: ``/zh/cart``, ``/vi/cart``, none is English."""

from collections.abc import Iterable
from typing import Final

PAGES: Final = ("en", "zh", "vi")
DEFAULT: Final = "en"


def prefix(language: str) -> str:
    """Return what the path of a page begins with in a language; nothing for English and where no page is written."""
    return f"/{language}" if language in PAGES and language != DEFAULT else ""


def wanted(asked: Iterable[str], otherwise: str = DEFAULT) -> str:
    """Return the first language we write in of those that somebody asks for, best first; of ``zh-CN`` zh counts."""
    spoken = (tag.replace("_", "-").partition("-")[0].lower() for tag in asked)
    return next((language for language in spoken if language in PAGES), otherwise)
