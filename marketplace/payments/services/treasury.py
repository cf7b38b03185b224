"""What the operator's finance people are told: that something about money waits for them."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from marketplace.accounts import queries as accounts
from marketplace.accounts.rules.permissions import CompanyKind, Permission, permissions_of
from marketplace.kernel.money import Money
from marketplace.mail import services as mail
from marketplace.mail.rules import Channel
from marketplace.payments import events
from marketplace.payments.models.plans import Payment


def tell(session: Session, *, template: str, context: Mapping[str, Any], now: datetime) -> None:
    """Write to everybody who may approve payouts, by the way they log in; ids, references and amounts only."""
    for house in accounts.companies_of_kind(session, kind=CompanyKind.OPERATOR):
        for member in accounts.members_of(session, company_id=house.id):
            address = member.email or member.phone
            if address is None or Permission.OPERATOR_PAYOUT_APPROVE not in permissions_of(house.kind, member.roles):
                continue
            mail.send(
                session,
                to=address,
                channel=Channel.MAIL if member.email else Channel.TEXT,
                template=template,
                locale=accounts.get_person(session, person_id=member.person_id).locale,
                context=dict(context),
                now=now,
            )


def on_slip_unanswered(session: Session, event: events.SlipUnanswered) -> None:
    """Tell that a payee did not answer a slip in time."""
    payment = session.get_one(Payment, event.payment_id)
    amount = Money(payment.amount_minor, payment.currency)
    tell(
        session,
        template="slip_unanswered",
        context={"reference": payment.reference, "amount": str(amount)},
        now=event.at,
    )
