"""Whole lorries in words."""

from typing import Any, Final

from flask_babel import lazy_gettext as _

from marketplace.distribution.hires.rules.sharing import Why

WHY: Final[dict[Why, Any]] = {
    Why.TAKEN: _("The lorry was hired"),
    Why.LEFT: _("Goods left it by the hirer's side"),
    Why.MOVED: _("The road took goods off it"),
    Why.SMALLER: _("Fewer goods than before"),
    Why.UNDONE: _("The lorry was given back: each pays by weight"),
}
