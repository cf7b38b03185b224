"""Where the card provider's notices arrive. Not part of the API that people use: its signature is its permission."""

from flask import Blueprint, request

from marketplace.edge.permissions import public
from marketplace.kernel import clock
from marketplace.kernel.errors import Malformed
from marketplace.payments.flows import cards

api = Blueprint("webhooks", __name__, url_prefix="/webhooks")

# Larger than any notice of the provider.
_LARGEST = 512 * 1024


@api.post("/stripe")
@public("the provider signs what it sends")
def stripe() -> tuple[str, int]:
    """Take one notice, raw as it came: the signature is over its bytes. 503 asks the provider to send it again."""
    request.max_content_length = _LARGEST
    try:
        cards.webhook(request.get_data(), request.headers.get("Stripe-Signature", ""), clock.now())
    except Malformed as refused:
        return refused.code, 400
    return "", 204
