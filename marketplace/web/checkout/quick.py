"""Quick orders: a pasted list of numbers and quantities, or a sheet of them, into the cart."""

from typing import Any

from flask import flash, redirect, render_template, request, url_for

from marketplace.accounts.rules.permissions import Permission
from marketplace.edge.acts import checkout
from marketplace.edge.acts import filling as acts
from marketplace.edge.parsing import parse
from marketplace.edge.permissions import requires
from marketplace.edge.requests import filling as requests
from marketplace.kernel.errors import Conflict, Refused, TooLarge
from marketplace.web.checkout.blueprint import pages
from marketplace.web.shared import acts as forms
from marketplace.web.shared import cities, goods, words

_SELLER = "merchant."


@pages.get("/cart/quick")
@requires(Permission.TRADE_CART_EDIT, twin="POST /api/v1/cart/lines")
def quick() -> str:
    """Ask for a list."""
    return _quick()


def _quick(**shown: Any) -> str:
    places = checkout.destinations()
    return render_template(
        "checkout/quick.html",
        destinations=goods.places(places),
        **{"values": {"to": cities.preferred(places)}, "errors": {}, "refusal": None, "left": (), **shown},
    )


@pages.post("/cart/quick")
@requires(Permission.TRADE_CART_EDIT, twin="POST /api/v1/cart/lines")
def order_quickly() -> Any:
    """Put what can be ordered of a list into the cart; the rest comes back to be mended, each line with its reason."""
    try:
        form = request.form
        body = parse(requests.QuickOrder, {name: form[name] for name in ("lines", "to") if name in form})
        sellers = {name.removeprefix(_SELLER): form[name] for name in form if name.startswith(_SELLER)}
        done = acts.order_rows(acts.with_sellers(acts.rows(body), sellers), to=body.to)
    except (Refused, Conflict, TooLarge) as refusal:
        return forms.reshown(refusal, _quick)
    if done.put:
        text = words.ngettext("%(num)s line is in the cart.", "%(num)s lines are in the cart.", done.put)
        flash(text % {"num": done.put}, "good")
    if not done.left:
        return redirect(url_for("checkout.cart"), 303)
    left = [{"row": each.row, "sellers": each.sellers, **acts.why(each.refusal)} for each in done.left]
    return _quick(values={"lines": done.text, "to": body.to or ""}, left=left)
