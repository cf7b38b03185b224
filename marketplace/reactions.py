"""Who cares about what: every event and its handlers, in order, on one screen."""

from typing import Final

from marketplace.kernel.events import Event, Handler
from marketplace.payments import events as payments
from marketplace.payments.services import holding

TABLE: Final[dict[type[Event], tuple[Handler, ...]]] = {
    payments.CardCaptured: (holding.captured,),
    payments.CardRefunded: (holding.refunded,),
    payments.CardRefundFailed: (holding.refunded,),
    payments.CardCancelled: (holding.charge_cancelled,),
}
