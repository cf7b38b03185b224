"""The demo's merchants: they apply, the moderator approves, carrier and operator name their accounts.

Registration numbers have true check digits and belong to nobody; accounts are invented.
"""

import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from obstore.store import ObjectStore
from PIL import Image, ImageDraw
from sqlalchemy.orm import Session

from marketplace.accounts.queries import closures
from marketplace.accounts.rules.closures import Part
from marketplace.accounts.services import closures as closing
from marketplace.files import flows as files
from marketplace.files import services as file_services
from marketplace.files.rules import Purpose
from marketplace.files.services import Upload
from marketplace.kernel.actor import Actor
from marketplace.merchants.rules.goods_screening import ListedGoods
from marketplace.merchants.rules.payees import PayeeAccount
from marketplace.merchants.rules.requirements import Item, Verdict
from marketplace.merchants.rules.screening import ListKind
from marketplace.merchants.services import applications, payees, requirements, screening
from marketplace.seed.houses import House

_PAPER: Final = (840, 594)
_CLOSES_IN: Final = timedelta(days=45)
_CLOSED_FOR: Final = timedelta(days=11)
_WORDS: Final = {
    "en": "Stock-taking and holidays of our staff (demo).",
    "zh": "盘点及员工放假(演示)。",
    "vi": "Kiểm kê và nghỉ phép của nhân viên (dữ liệu mẫu).",
}
_SEEN: Final = "Specimen of the demo city; name and number agree."
# What a carrier is asked for, and what the demo's buyer has shown itself.
CARRYING: Final = (Item.REGISTER, Item.TRADE_LICENCE, Item.LIABILITY_INSURANCE)
BUYING: Final = (Item.REGISTER, Item.TAX_STATUS)
_LISTED: Final = "Goods to look at twice (demo, invented)"
_LISTED_GOODS: Final = (
    ListedGoods("Flux capacitors", ("8532",), ("flux capacitor", "通量电容器")),
    ListedGoods("Warp drives", (), ("warp drive", "曲速引擎")),
)
_REASON: Final = "Specimen licence of the demo city; the number's check digit is right."


@dataclass(frozen=True, slots=True)
class DemoMerchant:
    """What one of the demo's merchants applies with."""

    login: str
    name: str
    number: str
    currency: str
    account: PayeeAccount


MERCHANTS: Final = (
    DemoMerchant(
        "merchant@demo.test",
        "Demo Chongqing Motor Parts Co.",
        "91500000MA60DEM01H",
        "CNY",
        PayeeAccount("Demo Chongqing Motor Parts Co.", "Demo Bank Chongqing", "6222000000000000001", "DEMOCN22", "CN"),
    ),
    DemoMerchant(
        "merchant2@demo.test",
        "Demo Chanthaburi Fruit Co.",
        "0999000000027",
        "THB",
        PayeeAccount("Demo Chanthaburi Fruit Co.", "Demo Bank Chanthaburi", "0000000002", "DEMOTHBK", "TH"),
    ),
)
_CARRIER: Final = PayeeAccount(
    "Demo Cross-border Regular Lorry", "Demo Bank Chongqing", "6222000000000000003", "DEMOCN22", "CN"
)
# Those of the demo's tariffs.
_CARRIER_CURRENCIES: Final = ("CNY", "LAK", "MMK", "MYR", "SGD", "THB", "VND")
# A later account counts after a wait, so the carrier's were named before it.
WAIT: Final = timedelta(hours=72)


def specimen(store: ObjectStore, purpose: Purpose = Purpose.LICENCE) -> Upload:
    """Draw the paper that says it is none, and put its bytes into the store."""
    paper = Image.new("RGB", _PAPER, "white")
    draw = ImageDraw.Draw(paper)
    draw.rectangle((24, 24, _PAPER[0] - 24, _PAPER[1] - 24), outline="black", width=4)
    draw.text((220, 260), f"SPECIMEN - demo city - not a real {purpose}", fill="black", font_size=24)
    content = io.BytesIO()
    paper.save(content, "PNG")
    content.seek(0)
    return files.take(stream=content, declared_name="specimen.png", purpose=purpose, store=store)


def seed_merchants(
    session: Session,
    *,
    companies: Mapping[str, Actor],
    carrier: Actor,
    moderator: Actor,
    licence: Upload,
    now: datetime,
) -> None:
    """Let both merchants apply and be approved, and the carrier name its account; ``companies`` is by login."""
    for merchant in MERCHANTS:
        actor = companies[merchant.login]
        application = applications.apply_to_sell(
            session,
            actor=actor,
            apply=applications.Apply(
                legal_name=merchant.name,
                registration_number=merchant.number,
                licence_file_id=file_services.keep(session, actor=actor, upload=licence, now=now),
                payee_currency=merchant.currency,
                payee=merchant.account,
            ),
            now=now,
        )
        applications.decide_application(
            session, actor=moderator, application_id=application, decision="approve", reason=_REASON, now=now
        )
    name_accounts(session, carrier=carrier, now=now)


def name_accounts(session: Session, *, carrier: Actor, now: datetime) -> None:
    """Let the carrier name where it is paid, long enough ago that all of it counts on the first day."""
    for currency in _CARRIER_CURRENCIES:
        payees.name_payee(session, actor=carrier, currency=currency, account=_CARRIER, now=now - WAIT)
    payees.activate_due(session, now=now)


def qualify(
    session: Session, *, company: Actor, items: Sequence[Item], moderator: Actor, licence: Upload, now: datetime
) -> None:
    """Let a company hand in what it is asked for as a buyer or partner, and a moderator accept it."""
    for item in items:
        paper = requirements.hand_in(
            session,
            actor=company,
            item=item,
            file_id=file_services.keep(session, actor=company, upload=licence, now=now),
            until=None,
            now=now,
        )
        requirements.rule(
            session,
            actor=moderator,
            company_id=company.company,
            item=item,
            verdict=Verdict.ACCEPT,
            reason=_SEEN,
            mark=str(paper),
            now=now,
        )


def account_of(house: House) -> PayeeAccount:
    """Return the account that a house is paid into, at a bank of its country that does not exist."""
    return PayeeAccount(
        house.name, f"Demo Bank {house.country}", f"99{house.number[-8:]}", f"DEMO{house.country}2X", house.country
    )


def apply(session: Session, house: House, *, actor: Actor, licence: Upload, now: datetime) -> UUID:
    """Let a house apply to sell; return the application."""
    return applications.apply_to_sell(
        session,
        actor=actor,
        apply=applications.Apply(
            legal_name=house.name,
            registration_number=house.number,
            licence_file_id=file_services.keep(session, actor=actor, upload=licence, now=now),
            payee_currency=house.currency,
            payee=account_of(house),
        ),
        now=now,
    )


def admit(session: Session, house: House, *, actor: Actor, moderator: Actor, licence: Upload, now: datetime) -> None:
    """Let a house apply and be approved."""
    application = apply(session, house, actor=actor, licence=licence, now=now)
    applications.decide_application(
        session, actor=moderator, application_id=application, decision="approve", reason=_REASON, now=now
    )


def close_for_stocktaking(session: Session, actor: Actor, *, today: datetime, now: datetime) -> None:
    """Let a merchant close for some days about six weeks ahead, so that its goods say until when to order."""
    first = closures.local_day("CN", today) + _CLOSES_IN
    closing.enter(
        session,
        actor=actor,
        parts=list(Part),
        first_day=first,
        last_day=first + _CLOSED_FOR,
        words=_WORDS,
        now=now,
    )


def list_goods(session: Session, *, moderator: Actor, now: datetime) -> UUID:
    """Name goods on a list of our own that listings are compared with; they are invented, and nobody has them."""
    return screening.import_list(
        session, actor=moderator, kind=ListKind.OWN, name=_LISTED, goods=_LISTED_GOODS, now=now
    )
