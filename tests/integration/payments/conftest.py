"""Two companies with an agreement, and what they do about money."""

import uuid
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from sqlalchemy.orm import Session

from marketplace.accounts.models import Company
from marketplace.accounts.rules.permissions import CompanyKind
from marketplace.files.models import StoredFile
from marketplace.files.rules import Purpose
from marketplace.kernel.actor import SYSTEM, Actor
from marketplace.kernel.ids import new_id, new_reference
from marketplace.kernel.money import Money
from marketplace.merchants.rules.payees import PayeeAccount
from marketplace.payments.queries import checks, ledger, payments, transfers
from marketplace.payments.queries.payments import MilestoneRow, PaymentRow
from marketplace.payments.rules.ledger import AccountKind, AccountRef
from marketplace.payments.rules.plans import preset
from marketplace.payments.rules.terms import MilestoneEvent, Mode, Plan, Rail, Subject, SubjectKind
from marketplace.payments.services import payments as paying
from marketplace.payments.services import plans, slips
from marketplace.payments.services import transfers as receipts
from marketplace.reference.services import add_rate

NOW = datetime(2026, 11, 25, 4, tzinfo=UTC)
TODAY = date(2026, 11, 25)
ACCOUNT = PayeeAccount("Chongqing Example Trading Co., Ltd.", "Example Bank", "6222000000000001", "EXAMCNBJ", "CN")


def clerk() -> Actor:
    """Return somebody of a company of their own."""
    return Actor(person_id=new_id(), company_id=new_id(), company_kind="trade")


def exist(session: Session, actor: Actor) -> None:
    """Let somebody's company have a country, by whose working days it must act."""
    if session.get(Company, actor.company) is None:
        session.add(
            Company(
                id=actor.company,
                kind=CompanyKind.TRADE,
                name="Example Trading",
                country="CN",
                registration_number=actor.company.hex[:18],
                created_at=NOW,
            )
        )
        session.flush()


def lapse(session: Session, *, now: datetime) -> int:
    """Let the clock have its way with payments, all in this transaction; return how many changed."""
    start = uuid.UUID(int=0)
    late = payments.overdue(session, after=start, now=now), payments.unanswered(session, after=start, now=now)
    return sum(
        change(session, payment_id=payment_id, now=now)
        for change, found in zip((paying.lapse, slips.lapse), late, strict=True)
        for payment_id in found
    )


@dataclass
class Deal:
    """An order between a buyer and a merchant."""

    session: Session
    currency: str = "CNY"
    subject: Subject = field(default_factory=lambda: Subject(SubjectKind.ORDER, new_id()))
    buyer: Actor = field(default_factory=clerk)
    merchant: Actor = field(default_factory=clerk)
    reference: str = field(default_factory=lambda: new_reference("ORD"))
    lines: tuple[tuple[uuid.UUID, Money], ...] = ()
    now: datetime = NOW

    def open(self, plan=Plan.DEPOSIT_30_70, *, rail=Rail.BANK, minors=(700_000, 300_000), commission_bp=300, due=7):
        """Agree on a plan."""
        self.lines = tuple((new_id(), Money(minor, self.currency)) for minor in minors)
        mode = Mode.DIRECT if rail is Rail.BANK else Mode.PROVIDER_HELD
        opening = plans.Opening(
            subject=self.subject,
            reference=self.reference,
            plan=preset(plan, mode=mode, days=5) if isinstance(plan, Plan) else plan,
            mode=mode,
            rail=rail,
            payer_id=self.buyer.company,
            payee_id=self.merchant.company,
            payee_account=ACCOUNT if rail is Rail.BANK else None,
            lines=self.lines,
            deposit_due_at=self.now + timedelta(days=due),
            commission_bp=commission_bp,
        )
        plans.open_all(self.session, openings=[opening], actor=self.buyer, now=self.now)
        return self

    def happens(self, event: MilestoneEvent, line_ids=None) -> uuid.UUID | None:
        """Let an event take its effect."""
        return plans.fall_due(
            self.session,
            subject=self.subject,
            event=event,
            line_ids=line_ids,
            due_at=self.now + timedelta(days=7),
            now=self.now,
        )

    def payments(self) -> tuple[PaymentRow, ...]:
        """Return the payments so far."""
        return payments.payments_of(self.session, subjects=[self.subject])[self.subject]

    def payment(self) -> PaymentRow:
        """Return the newest payment."""
        return self.payments()[-1]

    def milestones(self) -> tuple[MilestoneRow, ...]:
        """Return the milestones."""
        return payments.milestones_of(self.session, subjects=[self.subject])[self.subject]

    def slip(self, payment: PaymentRow | None = None) -> uuid.UUID:
        """Hand in a slip for the newest payment."""
        file = StoredFile(
            id=new_id(),
            company_id=self.buyer.company,
            purpose=Purpose.SLIP,
            name="slip.pdf",
            media_type="application/pdf",
            sha256="0" * 64,
            size=1,
            created_at=self.now,
        )
        self.session.add(file)
        self.session.flush()
        payment = payment or self.payment()
        for actor in (self.buyer, self.merchant):
            exist(self.session, actor)
        slips.attach_slip(self.session, actor=self.buyer, payment_id=payment.id, file_id=file.id, now=self.now)
        return file.id

    def confirm(self, minor: int, payment: PaymentRow | None = None, *, confirmed: bool = False) -> PaymentRow:
        """Have the merchant say how much came."""
        payment = payment or self.payment()
        receipts.confirm_payment(
            self.session,
            actor=self.merchant,
            payment_id=payment.id,
            amount=Money(minor, self.currency),
            received_on=TODAY,
            confirmed=confirmed,
            now=self.now,
        )
        return payments.payment(self.session, company_id=self.buyer.company, payment_id=payment.id)

    def receive(self, minor: int, reference: str = "", currency: str | None = None) -> transfers.TransferRow:
        """Have the merchant record money that came."""
        exist(self.session, self.merchant)
        found = receipts.record_transfer(
            self.session,
            actor=self.merchant,
            amount=Money(minor, currency or self.currency),
            received_on=TODAY,
            reference=reference,
            now=self.now,
        )
        return transfers.transfer(self.session, payee_id=self.merchant.company, transfer_id=found)

    def cancel(self) -> None:
        """End the agreement."""
        plans.cancel(self.session, subject=self.subject, actor=self.buyer, now=self.now)

    def balance(self, kind: AccountKind) -> int:
        """Return what an account of this deal has."""
        owners = {
            AccountKind.OBLIGATION_PAYER: self.buyer.company,
            AccountKind.RETURN_PAYER: self.buyer.company,
            AccountKind.OBLIGATION_PAYEE: self.merchant.company,
            AccountKind.RETURN_PAYEE: self.merchant.company,
            AccountKind.MERCHANT_PAYABLE: self.merchant.company,
            AccountKind.COMMISSION_RECEIVABLE: self.merchant.company,
        }
        own = {AccountKind.HELD, *owners} - {AccountKind.MERCHANT_PAYABLE, AccountKind.COMMISSION_RECEIVABLE}
        ref = AccountRef(kind, owners.get(kind), self.currency, self.subject if kind in own else None)
        return ledger.balance(self.session, account=ref).minor

    def is_sound(self) -> bool:
        """Tell whether every promise about money holds."""
        assert checks.breaches(self.session) == []
        return True


def publish_rates(session: Session) -> None:
    """Write down the rates that the tolerance is converted by."""
    for quote, rate in (("CNY", "7.2"), ("THB", "34"), ("VND", "25000")):
        add_rate(
            session,
            base="USD",
            quote=quote,
            rate=Decimal(rate),
            source="test",
            effective_date=date(2026, 11, 1),
        )


@pytest.fixture
def deal(session: Session) -> Iterator[Deal]:
    """A deal in CNY, with a rate of 7.2 to the dollar; every promise is verified at the end."""
    publish_rates(session)
    made = Deal(session)
    yield made
    assert made.is_sound()


__all__ = ["SYSTEM", "Deal", "deal", "exist", "lapse", "publish_rates"]
