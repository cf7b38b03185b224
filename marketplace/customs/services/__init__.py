"""Write what countries ask of goods."""

from dataclasses import asdict
from datetime import date, datetime
from typing import Any, Final
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from marketplace.accounts.rules.permissions import Permission
from marketplace.audit import services as audit
from marketplace.customs.models import Restriction
from marketplace.customs.rules import Measure, Rule
from marketplace.kernel.actor import Actor
from marketplace.kernel.db import insert_if_new
from marketplace.kernel.errors import Conflict, NotFound
from marketplace.kernel.ids import new_id

_CHECKED: Final = date(2026, 11, 27)
_VN_BANS: Final = (
    "Decree 69/2018/ND-CP of 15 May 2018, Appendix I, as listed by Vietnam Post",
    "http://ipostal.vnpost.vn/en-us/hai-quan/chi-tiet/cat/import-306/id/import-prohibited-and-restricted-goods-87748",
)
_TH_BANS: Final = (
    "WTO, import licensing of Thailand, G/LIC/N/3/THA/10 of 19 November 2024",
    "https://lic-public.wto.org/en/product-categories/823/procedure",
)
# What a city begins with: few rows, each with where it was read; customs people widen and renew them.
SHIPPED: Final = (
    Rule(
        "VN", "93", Measure.PROHIBITED,
        {
            "en": "Weapons and ammunition may not be imported.",
            "zh": "禁止进口武器和弹药。",
            "vi": "Cấm nhập khẩu vũ khí, đạn dược.",
        },
        *_VN_BANS, date(2018, 5, 15), None, _CHECKED,
    ),
    Rule(
        "VN", "360410", Measure.PROHIBITED,
        {
            "en": "Fireworks may not be imported.",
            "zh": "禁止进口烟花爆竹。",
            "vi": "Cấm nhập khẩu pháo các loại.",
        },
        *_VN_BANS, date(2018, 5, 15), None, _CHECKED,
    ),
    Rule(
        "TH", "401220", Measure.PROHIBITED,
        {
            "en": "Used pneumatic tyres of rubber may not be imported.",
            "zh": "禁止进口旧橡胶充气轮胎。",
            "vi": "Cấm nhập khẩu lốp cao su bơm hơi đã qua sử dụng.",
        },
        *_TH_BANS, date(2024, 11, 19), None, _CHECKED,
    ),
    Rule(
        "CN", "081060", Measure.QUARANTINE,
        {
            "en": "Fresh durian from Viet Nam needs plant quarantine: orchards and packing houses must be registered.",
            "zh": "越南鲜榴莲须经植物检疫：果园和包装厂须注册。",
            "vi": "Sầu riêng tươi của Việt Nam phải kiểm dịch thực vật: vườn trồng và cơ sở đóng gói phải đăng ký.",
        },
        "General Administration of Customs, notice 66 of 2022 (fresh durian from Viet Nam)",
        "http://m.cnqhv.com/en/2022/08/02/notice-of-the-general-administration-of-customs-no-66-of-2022-notice-on-plant-quarantine-requirements-for-imported-fresh-durian-from-vietnam",
        date(2022, 8, 2), None, _CHECKED,
    ),
)  # fmt: skip


def put_restriction(
    session: Session, *, actor: Actor, rule: Rule, restriction_id: UUID | None = None, now: datetime
) -> UUID:
    """Write a restriction, or let the one of this id say something else; Conflict ``restriction_known``.

    Two rules of one country, prefix and measure begin on different days.
    """
    actor.must(Permission.OPERATOR_CUSTOMS_EDIT)
    found = sa.select(Restriction.id).where(
        Restriction.country == rule.country,
        Restriction.hs_prefix == rule.hs_prefix,
        Restriction.measure == rule.measure,
        Restriction.valid_from == rule.valid_from,
    )
    same = session.scalar(found)
    if restriction_id is None:
        made = new_id()
        if not insert_if_new(session, Restriction, id=made, **values_of(rule)):
            raise Conflict("restriction_known")
    else:
        made = restriction_id
        row = session.get(Restriction, restriction_id, with_for_update=True)
        if row is None:
            raise NotFound("restriction")
        if same not in {None, restriction_id}:
            raise Conflict("restriction_known")
        for name, value in values_of(rule).items():
            setattr(row, name, value)
        session.flush()
    audit.record(
        session,
        actor=actor,
        action="restriction.put",
        subject="restriction",
        subject_id=made,
        facts=facts_of(rule),
        now=now,
    )
    return made


def load_restrictions(session: Session) -> int:
    """Write the restrictions that a city begins with; those that are there stay. Return how many were new."""
    return sum(insert_if_new(session, Restriction, id=new_id(), **values_of(rule)) for rule in SHIPPED)


def values_of(rule: Rule) -> dict[str, Any]:
    """Return a rule as the columns of its row."""
    return asdict(rule) | {"texts": dict(rule.texts)}


def facts_of(rule: Rule) -> dict[str, str]:
    """Return what is audited of a rule that was written."""
    return {
        "country": rule.country,
        "hs_prefix": rule.hs_prefix,
        "measure": rule.measure,
        "valid_from": rule.valid_from.isoformat(),
        "valid_to": rule.valid_to.isoformat() if rule.valid_to else "",
        "checked_on": rule.checked_on.isoformat(),
    }
