"""Places, rates and settings as they hold at an instant."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
import sqlalchemy as sa

from marketplace.kernel.actor import SYSTEM, Actor
from marketplace.kernel.errors import Conflict, NotFound, Refused
from marketplace.kernel.ids import new_id
from marketplace.kernel.money import Money
from marketplace.reference import queries, services
from marketplace.reference.models import DatedSetting
from marketplace.reference.rules import CURRENCIES, PlaceKind, Setting

NOW = datetime(2026, 11, 25, 2, 0, tzinfo=UTC)


def test_places_are_loaded_once_with_zone_and_names(session):
    assert services.load_places(session) > 40
    assert services.load_places(session) == 0
    hub = queries.get_place(session, "CN-NANPENG")
    assert (hub.kind, hub.zone, hub.unlocode) == (PlaceKind.HUB, "Asia/Shanghai", None)
    assert (hub.called("zh"), hub.called("th")) == ("重庆公路物流基地（南彭）", hub.name)
    borders = queries.places(session, kind="border_side")
    assert {"CN-YOUYIGUAN", "VN-HUUNGHI", "LABTN"} <= {place.code for place in borders}
    assert set(queries.places_by_code(session, ["VNHAN", "NOWHERE"])) == {"VNHAN"}
    for place in queries.places(session):
        assert (place.unlocode is None) == ("-" in place.code)
        assert place.code[:2] == place.country
        assert {"zh", "vi"} <= place.names.keys()
    with pytest.raises(NotFound):
        queries.get_place(session, "NOWHERE")


def test_every_currency_of_the_region_is_quoted(session):
    assert services.load_rates(session) == 54
    assert services.load_rates(session) == 0
    for currency in {*CURRENCIES.values(), "USD"}:
        row = queries.fx(session, base="CNY", quote=currency, on=NOW.date())
        assert row.rate > 0
    row = queries.fx(session, base="CNY", quote="VND", on=NOW.date())
    assert (row.rate, row.source, row.date) == (Decimal("3873.1490317964"), "HMRC monthly rates", date(2026, 11, 1))
    assert queries.convert(Money.of("130", "CNY"), row) == Money(503_509, "VND")
    assert queries.fx(session, base="CNY", quote="VND", on=date(2026, 10, 31)).date == date(2026, 10, 1)
    assert queries.fx(session, base="CNY", quote="VND", on=date(2026, 8, 31)) is None
    with pytest.raises(ValueError, match="by a rate for"):
        queries.convert(Money.of(1, "THB"), row)
    with pytest.raises(Refused):
        services.add_rate(session, base="GBP", quote="CNY", rate=Decimal(0), source="test", effective_date=NOW.date())


def test_a_setting_changes_from_an_instant_on(session):
    later = NOW + timedelta(days=1)
    services.change_setting(session, actor=SYSTEM, key="HOLD_CARD_MINUTES", value=20, valid_from=later, now=NOW)
    assert queries.setting(session, "HOLD_CARD_MINUTES", at=NOW) == 15
    assert queries.setting(session, Setting.HOLD_CARD_MINUTES, at=later) == 20
    money = Money.of(40, "USD")
    services.change_setting(session, actor=SYSTEM, key="TRANSFER_TOLERANCE", value=money, valid_from=NOW, now=NOW)
    assert queries.money_setting(session, "TRANSFER_TOLERANCE", at=NOW) == money
    for key, valid_from, code in (
        ("HOLD_CARD_MINUTES", later, "setting_taken"),
        ("HOLD_CARD_MINUTES", NOW - timedelta(seconds=1), "setting_past"),
    ):
        with pytest.raises(Conflict, match=code):
            services.change_setting(session, actor=SYSTEM, key=key, value=1, valid_from=valid_from, now=NOW)
    with pytest.raises(TypeError):
        queries.setting(session, "TRANSFER_TOLERANCE", at=NOW)
    with pytest.raises(TypeError):
        queries.money_setting(session, "HOLD_CARD_MINUTES", at=NOW)
    assert queries.breaches(session) == []
    session.execute(sa.update(DatedSetting).where(DatedSetting.key == "HOLD_CARD_MINUTES").values(value="soon"))
    assert len(queries.breaches(session)) == 1


def test_a_closed_day_is_no_working_day(session):
    services.load_places(session)
    friday = datetime(2026, 3, 6, 9, tzinfo=UTC)
    where = {"countries": ["CN", "VN"], "now": friday}
    assert queries.free_days(session, **where) == {"CN": frozenset(), "VN": frozenset()}
    assert services.close_day(session, country="CN", day=date(2026, 3, 9), source="test")
    assert not services.close_day(session, country="CN", day=date(2026, 3, 9), source="test")
    assert queries.free_days(session, **where) == {"CN": frozenset({date(2026, 3, 9)}), "VN": frozenset()}
    desk = Actor(person_id=new_id(), company_id=new_id(), company_kind="operator")
    services.withdraw_closure(session, actor=desk, country="CN", day=date(2026, 3, 9), now=friday)
    assert queries.free_days(session, **where) == {"CN": frozenset(), "VN": frozenset()}
