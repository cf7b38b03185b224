"""What the demo city shows on site: words and a banner of its merchants. All of it is invented and says so."""

import io
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from obstore.store import ObjectStore
from PIL import Image, ImageDraw
from sqlalchemy.orm import Session

from marketplace.exchange.rules.storefronts import Front
from marketplace.exchange.services import storefronts
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
