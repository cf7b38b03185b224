"""What the demo city shows on site: words and banners of merchants, halls and booths. All invented, and says so."""

import io
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any, Final
from uuid import UUID

from obstore.store import ObjectStore
from PIL import Image, ImageDraw
from sqlalchemy.orm import Session

from marketplace.catalog.queries import own
from marketplace.catalog.rules.states import ListingState
from marketplace.exchange.queries import showroom as queries
from marketplace.exchange.rules.enquiries import EnquiryKind, Question
from marketplace.exchange.rules.fairs import FairKind, Plan
from marketplace.exchange.rules.storefronts import Front
from marketplace.exchange.services import enquiries, fairs, showroom, storefronts
from marketplace.files import flows as files
from marketplace.files import services as file_services
from marketplace.files.rules import Purpose
from marketplace.files.services import Upload
from marketplace.kernel.actor import Actor

_BANNER: Final = (1600, 400)


@dataclass(frozen=True, slots=True)
class DemoFront:
    """What a demo merchant says of itself, by language."""

    login: str
    source: str
    headlines: dict[str, str]
    texts: dict[str, str]


FRONTS: Final = (
    DemoFront(
        "merchant@demo.test",
        "zh",
        {"zh": "摩托车零部件，按箱出货", "en": "Motorcycle parts by the carton", "vi": "Phụ tùng xe máy theo thùng"},
        {
            "zh": "演示商户，内容均为虚构。链条、链轮和制动片存放于南彭，随班车发运。",
            "en": "A demo merchant; all of this is fictitious. Chains, sprockets and brake pads lie ready at Nanpeng "
            "and leave by the regular lorry.",
            "vi": "Doanh nghiệp minh họa, nội dung là hư cấu. Xích, nhông và má phanh có sẵn tại Nam Bành.",
        },
    ),
    DemoFront(
        "merchant2@demo.test",
        "en",
        {"en": "Fruit of Chanthaburi, packed the day it is picked", "zh": "尖竹汶水果，当日采摘当日装箱"},
        {
            "en": "A demo merchant; all of this is fictitious. Durian and mangosteen, cooled from the orchard on.",
            "zh": "演示商户，内容均为虚构。榴莲、山竹和龙眼，从果园起全程冷链。",
        },
    ),
)


def banner(store: ObjectStore) -> Upload:
    """Draw a banner of bands that shows no real place, and put its bytes into the store."""
    picture = Image.new("RGB", _BANNER, "#12352f")
    draw = ImageDraw.Draw(picture)
    for number, colour in enumerate(("#1d5a4e", "#c8892b", "#e9dcc0")):
        left = 200 + number * 460
        draw.rectangle((left, 120, left + 360, _BANNER[1]), fill=colour)
    draw.text((40, 40), "Demo city - fictitious", fill="white", font_size=36)
    content = io.BytesIO()
    picture.save(content, "PNG")
    content.seek(0)
    return files.take(stream=content, declared_name="banner.png", purpose=Purpose.PICTURE, store=store)


def show_merchants(
    session: Session, *, companies: dict[str, Actor], moderator: Actor, picture: Upload, now: datetime
) -> None:
    """Let the demo's first merchants say something of themselves, and the moderator look at it; by login."""
    for each in FRONTS:
        actor = companies[each.login]
        front = Front(
            each.headlines,
            each.texts,
            each.source,
            file_services.keep(session, actor=actor, upload=picture, now=now),
            "Coloured bands; a drawing of the demo",
        )
        version_id = storefronts.submit(session, actor=actor, front=front, now=now)
        storefronts.decide(session, actor=moderator, version_id=version_id, decision="show", reason="", now=now)


@dataclass(frozen=True, slots=True)
class DemoHall:
    """A hall of the demo: its code and names, and the grounds of its booths in square metres, four a row."""

    code: str
    names: dict[str, str]
    grounds: tuple[str, ...]


# Figures of nobody: the real city's halls are its operator's to enter.
HALLS: Final = (
    DemoHall(
        "A", {"en": "Demo hall A", "zh": "演示甲馆", "vi": "Sảnh minh họa A"}, ("36", "36", "24", "18", "54", "18")
    ),
    DemoHall("B", {"en": "Demo hall B", "zh": "演示乙馆", "vi": "Sảnh minh họa B"}, ("27", "27", "27", "27")),
)
_ROW: Final = 4
_TENANCY: Final = timedelta(days=400)
_SHOWN: Final = 6


def open_halls(session: Session, *, moderator: Actor, now: datetime) -> list[UUID]:
    """Add the demo's halls with their booths; return the booths, hall by hall."""
    booths: list[UUID] = []
    for hall in HALLS:
        hall_id = showroom.add_hall(session, actor=moderator, code=hall.code, names=hall.names, now=now)
        for number, ground in enumerate(hall.grounds):
            row, column = divmod(number, _ROW)
            place = {"area_m2": Decimal(ground), "column": column + 1, "row": row + 1}
            code = f"{hall.code}-{number + 1:02}"
            booths.append(showroom.add_booth(session, actor=moderator, hall_id=hall_id, code=code, **place, now=now))
    return booths


def fill_booths(session: Session, *, companies: Sequence[Actor], moderator: Actor, now: datetime) -> None:
    """Let a booth to each company that may sell, and put its newest live listings there."""
    booths = open_halls(session, moderator=moderator, now=now)
    today = queries.today_at(session, now=now)
    for booth_id, tenant in zip(booths, companies, strict=False):
        period: dict[str, Any] = {"from_on": today, "until_on": today + _TENANCY}
        given = {"booth_id": booth_id, "company_id": tenant.company}
        tenancy_id = showroom.let(session, actor=moderator, **given, **period, now=now)
        live = own.own_listings(session, company_id=tenant.company, state=ListingState.LIVE, size=_SHOWN)
        for listing in live.items:
            shown = {"tenancy_id": tenancy_id, "listing_id": listing.listing_id}
            showroom.show(session, actor=tenant, **shown, now=now)


_PLACE: Final = "CN-NANPENG"
_TITLES: Final = (
    (FairKind.FAIR, "TH", {"en": "Demo fruit week (fictitious)", "zh": "演示水果周（虚构）"}, 45),
    (FairKind.MATCHMAKING, None, {"en": "Demo matchmaking day (fictitious)", "zh": "演示对接会（虚构）"}, 60),
)


def plan_fairs(session: Session, *, merchants: Sequence[Actor], moderator: Actor, now: datetime) -> None:
    """Plan the demo's fairs and open them, with a first visitor of each merchant; some weeks from now."""
    for kind, country, titles, ahead in _TITLES:
        starts_at = (now + timedelta(days=ahead)).replace(hour=1, minute=0, second=0, microsecond=0)
        plan = Plan(
            kind=kind,
            titles=titles,
            texts={"en": "An event of the demo city; nobody meets there.", "zh": "演示城市的活动，内容虚构。"},
            place_code=_PLACE,
            hall_id=None,
            country=country,
            starts_at=starts_at,
            ends_at=starts_at + timedelta(hours=8),
            register_until=starts_at - timedelta(days=2),
            capacity=40,
            merchants=tuple(actor.company for actor in merchants),
        )
        fair_id = fairs.plan(session, actor=moderator, given=plan, now=now)
        fairs.act(session, actor=moderator, fair_id=fair_id, action="open", reason="", now=now)
        for actor in merchants:
            guest = {"name": "Demo Visitor", "email": "visitor@demo.test", "may_follow_up": True, "locale": "en"}
            fairs.register(session, actor=actor, fair_id=fair_id, **guest, now=now)


def ask_the_city(session: Session, *, now: datetime) -> None:
    """Let somebody who does not exist ask what a booth costs."""
    question = Question(
        kind=EnquiryKind.EXHIBITOR,
        name="Demo Exhibitor",
        email="exhibitor@demo.test",
        company="Demo Rattan Works (fictitious)",
        country="ID",
        text="We make rattan chairs. How much is a booth of 18 m² for a year?",
        has_consented=True,
    )
    enquiries.ask(session, actor=None, question=question, locale="en", now=now)
